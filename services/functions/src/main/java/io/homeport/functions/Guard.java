package io.homeport.functions;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Starts functions' processes and ends them with all their children, also when this program is
/// killed. Each process leads a session of its own; a small shell process knows their ids from a
/// pipe, and when the pipe breaks, it kills what is left. Thread-safe.
final class Guard implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Guard.class);
    private static final int GRACE_SECONDS = 5;

    /// Lines are `add ID` and `end ID`. A group whose leader is gone already still has children.
    private static final String SCRIPT =
            """
            trap '' INT TERM HUP
            groups=
            while read -r what id; do
              if [ "$what" = add ]; then
                groups="$groups $id"
              else
                kill -9 "-$id" 2>/dev/null || kill -9 "$id" 2>/dev/null
                rest=
                for group in $groups; do
                  [ "$group" = "$id" ] || rest="$rest $group"
                done
                groups=$rest
              fi
            done
            for group in $groups; do
              kill -9 "-$group" 2>/dev/null || kill -9 "$group" 2>/dev/null
            done
            """;

    private final ReentrantLock lock = new ReentrantLock();
    private final Set<Long> groups = new HashSet<>();
    private final List<String> newSession;
    private @Nullable Process shell;
    private boolean closed;

    /// @param searchPath where programs are looked for, as in the environment variable `PATH`
    Guard(String searchPath) {
        newSession = newSession(searchPath);
        if (newSession.isEmpty()) {
            LOG.warn(
                    "functions.guard.weak: there is neither setsid nor perl, so that processes"
                            + " which functions start may outlive them");
        }
    }

    private static List<String> newSession(String searchPath) {
        for (String part : searchPath.split(":")) {
            if (!part.isEmpty() && Files.isExecutable(Path.of(part, "setsid"))) {
                return List.of(Path.of(part, "setsid").toString());
            }
        }
        for (String part : searchPath.split(":")) {
            if (!part.isEmpty() && Files.isExecutable(Path.of(part, "perl"))) {
                return List.of(
                        Path.of(part, "perl").toString(),
                        "-MPOSIX",
                        "-e",
                        "POSIX::setsid(); exec { $ARGV[0] } @ARGV or exit 127");
            }
        }
        return List.of();
    }

    /// Starts a process as the leader of a new session. The builder's command is changed.
    Process start(ProcessBuilder builder) throws IOException {
        List<String> command = new ArrayList<>(newSession);
        command.addAll(builder.command());
        lock.lock();
        try {
            if (closed) {
                throw new IOException("the server is stopping");
            }
            if (shell == null || !shell.isAlive()) {
                startShell();
            }
            Process process = builder.command(command).start();
            groups.add(process.pid());
            tell("add", process.pid());
            return process;
        } finally {
            lock.unlock();
        }
    }

    /// Kills a process and everything that it started; it may have ended already.
    void end(Process process) {
        lock.lock();
        try {
            if (groups.remove(process.pid())) {
                tell("end", process.pid());
            }
        } finally {
            lock.unlock();
        }
        process.destroyForcibly();
    }

    private void startShell() throws IOException {
        List<String> command = new ArrayList<>(newSession);
        command.addAll(List.of("/bin/sh", "-c", SCRIPT));
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().keySet().removeIf(name -> !name.equals("PATH"));
        shell = builder.start();
        groups.forEach(group -> tell("add", group));
    }

    private void tell(String what, long group) {
        Process running = shell;
        if (running == null) {
            return;
        }
        try {
            OutputStream out = running.getOutputStream();
            out.write((what + " " + group + "\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
        } catch (IOException e) {
            LOG.atWarn()
                    .addKeyValue("reason", e.getMessage())
                    .log("functions.guard.gone: it is started again with the next function");
        }
    }

    /// Kills all processes and waits until they are gone.
    @Override
    public void close() {
        Process running;
        lock.lock();
        try {
            closed = true;
            running = shell;
            shell = null;
            groups.clear();
        } finally {
            lock.unlock();
        }
        if (running == null) {
            return;
        }
        try {
            running.getOutputStream().close();
            if (!running.waitFor(GRACE_SECONDS, TimeUnit.SECONDS)) {
                running.destroyForcibly();
            }
        } catch (IOException e) {
            running.destroyForcibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
