package io.homeport.functions;

import io.homeport.core.AccountId;
import io.homeport.core.Clock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The processes of all functions, warm ones and working ones. A process belongs to one revision of
/// one version; of a folder's code also to the state that its files are in. Thread-safe.
final class ProcessPool {
    private static final Logger LOG = LoggerFactory.getLogger(ProcessPool.class);

    private final CodeStore codes;
    private final Runtimes runtimes;
    private final FunctionsService.Variables variables;
    private final ProcessEnvironment environment;
    private final Guard guard;
    private final FunctionLogs logs;
    private final Clock clock;
    private final Clock machineClock;
    private final FunctionLimits limits;
    private final Path temporary;
    private final SecureRandom random = new SecureRandom();
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Identity, Deque<FunctionProcess>> idle = new HashMap<>();
    private final Set<FunctionProcess> all = ConcurrentHashMap.newKeySet();
    private final Condition cleared = lock.newCondition();

    /// Processes whose traces haven't been removed yet. Guarded by the lock.
    private int uncleared;

    /// What a process can run.
    private record Identity(
            String account,
            String region,
            String name,
            String version,
            String revisionId,
            long fingerprint) {

        boolean isOf(VersionRecord other) {
            return account.equals(other.account())
                    && region.equals(other.region())
                    && name.equals(other.name())
                    && version.equals(other.version());
        }
    }

    /// A process on loan, to be given back.
    final class Lease {
        private final Identity identity;
        private final FunctionProcess process;

        private Lease(Identity identity, FunctionProcess process) {
            this.identity = identity;
            this.process = process;
        }

        FunctionProcess process() {
            return process;
        }

        /// Keeps the process for others, or ends it where it is of no more use.
        void giveBack() {
            lock.lock();
            try {
                if (process.isUsable()) {
                    idle.computeIfAbsent(identity, key -> new ArrayDeque<>()).push(process);
                    return;
                }
            } finally {
                lock.unlock();
            }
            process.end();
        }
    }

    /// @param temporary for the temporary folders of processes
    ProcessPool(
            CodeStore codes,
            Runtimes runtimes,
            FunctionsService.Variables variables,
            ProcessEnvironment environment,
            Guard guard,
            FunctionLogs logs,
            Clock clock,
            Clock machineClock,
            FunctionLimits limits,
            Path temporary) {
        this.codes = codes;
        this.runtimes = runtimes;
        this.variables = variables;
        this.environment = environment;
        this.guard = guard;
        this.logs = logs;
        this.clock = clock;
        this.machineClock = machineClock;
        this.limits = limits;
        this.temporary = temporary;
    }

    /// A warm process, else a new one.
    ///
    /// @return empty where there are as many processes as there may be, and all of them work
    /// @throws Runtimes.MissingException where the machine can't run the function
    /// @throws UncheckedIOException where its code can't be read or its process not be started
    Optional<Lease> take(VersionRecord version) {
        try {
            long fingerprint =
                    version.code().folder() == null
                            ? 0
                            : Folders.fingerprint(codes.folderOf(version.code()));
            Identity identity =
                    new Identity(
                            version.account(),
                            version.region(),
                            version.name(),
                            version.version(),
                            version.revisionId(),
                            fingerprint);
            List<FunctionProcess> stale = new ArrayList<>();
            lock.lock();
            try {
                Deque<FunctionProcess> warm = idle.get(identity);
                while (warm != null && !warm.isEmpty()) {
                    FunctionProcess process = warm.pop();
                    if (process.isUsable()) {
                        return Optional.of(new Lease(identity, process));
                    }
                    if (process.isAlive()) {
                        stale.add(process);
                    }
                }
                takeOut(other -> other.isOf(version) && !other.equals(identity), stale);
                if (all.size() - stale.size() >= limits.processes() && !evict(stale)) {
                    return Optional.empty();
                }
            } finally {
                lock.unlock();
                stale.forEach(FunctionProcess::end);
            }
            return Optional.of(new Lease(identity, start(version)));
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    private void takeOut(Predicate<Identity> which, List<FunctionProcess> into) {
        idle.entrySet()
                .removeIf(entry -> {
                    boolean out = which.test(entry.getKey());
                    if (out) {
                        into.addAll(entry.getValue());
                    }
                    return out;
                });
    }

    /// Makes room by ending the process that has had nothing to do for longest.
    private boolean evict(List<FunctionProcess> stale) {
        Optional<FunctionProcess> oldest =
                idle.values().stream()
                        .flatMap(Collection::stream)
                        .max(Comparator.comparing(FunctionProcess::idle));
        oldest.ifPresent(process -> {
            idle.values().forEach(processes -> processes.remove(process));
            stale.add(process);
        });
        return oldest.isPresent();
    }

    private FunctionProcess start(VersionRecord version) throws IOException {
        Path folder = codes.folderOf(version.code());
        Runtimes.Command command = runtimes.command(version, folder);
        byte[] id = new byte[16];
        random.nextBytes(id);
        String hex = HexFormat.of().formatHex(id);
        Path own = Files.createDirectories(temporary.resolve(hex));
        FunctionName name =
                new FunctionName(version.account(), version.region(), version.name(), null);
        String stream = "[" + version.version() + "]" + hex.substring(0, 8);
        FunctionsService.Given given =
                variables.of(
                        new AccountId(version.account()),
                        name.arn(),
                        version.configuration().role());
        codes.use(version.code());
        FunctionProcess process;
        try {
            process =
                    new FunctionProcess(
                            version,
                            api -> {
                                ProcessBuilder builder =
                                        new ProcessBuilder(command.words())
                                                .directory(folder.toFile())
                                                .redirectErrorStream(true);
                                environment.fill(
                                        builder.environment(),
                                        given.variables(),
                                        version,
                                        folder,
                                        own,
                                        hex,
                                        api);
                                Process started = guard.start(builder);
                                started.getOutputStream().close();
                                return started;
                            },
                            started ->
                                    new Output(
                                            started.getInputStream(),
                                            logs,
                                            name,
                                            stream,
                                            clock,
                                            limits.outputBytes()),
                            guard,
                            given.hold(),
                            machineClock,
                            limits);
        } catch (IOException | RuntimeException e) {
            codes.release(version.code());
            Folders.delete(own);
            throw e;
        }
        all.add(process);
        lock.lock();
        try {
            uncleared++;
        } finally {
            lock.unlock();
        }
        process.onExit().thenRun(() -> Thread.ofVirtual().start(() -> gone(process, own)));
        return process;
    }

    private void gone(FunctionProcess process, Path own) {
        all.remove(process);
        lock.lock();
        try {
            idle.values().forEach(processes -> processes.remove(process));
            idle.values().removeIf(Collection::isEmpty);
        } finally {
            lock.unlock();
        }
        try {
            process.drain();
            Folders.delete(own);
            codes.release(process.version.code());
        } catch (IOException | RuntimeException e) {
            LOG.atWarn()
                    .addKeyValue("folder", own)
                    .addKeyValue("reason", e.getMessage())
                    .log("functions.process.leftovers: the next start deletes them");
        } finally {
            lock.lock();
            try {
                uncleared--;
                cleared.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /// Waits until all processes have ended and their traces are removed.
    void awaitCleared(Duration patience) {
        lock.lock();
        try {
            long left = patience.toNanos();
            while (uncleared > 0 && left > 0) {
                left = cleared.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    /// Every process, working or not.
    Collection<FunctionProcess> all() {
        return all;
    }

    /// Ends the processes of a version: at once where they have nothing to do, else after that.
    void end(VersionRecord version) {
        List<FunctionProcess> ended = new ArrayList<>();
        lock.lock();
        try {
            takeOut(identity -> identity.isOf(version), ended);
            all.stream()
                    .filter(process -> sameVersion(process.version, version))
                    .forEach(FunctionProcess::retire);
        } finally {
            lock.unlock();
        }
        ended.forEach(FunctionProcess::end);
    }

    private static boolean sameVersion(VersionRecord one, VersionRecord other) {
        return one.versionArn().equals(other.versionArn());
    }

    /// Ends processes that have had nothing to do for long.
    void endIdle() {
        List<FunctionProcess> ended = new ArrayList<>();
        lock.lock();
        try {
            for (Deque<FunctionProcess> processes : idle.values()) {
                processes.removeIf(process -> {
                    boolean old = process.idle().compareTo(limits.idleTime()) > 0;
                    if (old) {
                        ended.add(process);
                    }
                    return old;
                });
            }
            idle.values().removeIf(Collection::isEmpty);
        } finally {
            lock.unlock();
        }
        ended.forEach(FunctionProcess::end);
    }

    /// Ends all processes, whatever they do.
    void endAll() {
        lock.lock();
        try {
            idle.clear();
        } finally {
            lock.unlock();
        }
        all.forEach(FunctionProcess::end);
    }
}
