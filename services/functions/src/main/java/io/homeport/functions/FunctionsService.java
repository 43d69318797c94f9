package io.homeport.functions;

import io.homeport.aws.AwsService;
import io.homeport.aws.OperationTable;
import io.homeport.aws.PageTokens;
import io.homeport.core.AccountId;
import io.homeport.core.Clock;
import io.homeport.core.FunctionInvoker;
import io.homeport.core.Timers;
import io.homeport.storage.Database;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/// A Lambda-compatible service. Thread-safe; operations block and run on virtual threads. Closing
/// it kills every process that it started, and so does the end of this program, however it comes.
public final class FunctionsService implements AwsService, AutoCloseable {
    private static final Duration CLOSE_TIME = Duration.ofSeconds(5);

    private final Functions functions;
    private final CodeStore codes;
    private final FunctionLogs logs;
    private final Guard guard;
    private final ProcessPool pool;
    private final Watch watch;
    private final Invocations invocations;
    private final EventQueue events;
    private final FunctionOperations functionOperations;
    private final AliasOperations aliases;
    private final PermissionOperations permissions;
    private final ConcurrencyOperations concurrency;
    private final TagOperations tags;
    private final EventSettingsOperations eventSettings;
    private final InvokeOperations invoke;
    private final FunctionCalls calls;

    /// What functions need of others.
    ///
    /// @param clock what users see
    /// @param machineClock what functions are told, which the test mode doesn't move
    /// @param random thread-safe; makes ids
    /// @param directory for code, logs and temporary files, ours alone
    /// @param searchPath where `python3`, `node` and `setsid` are looked for, as in `PATH`
    public record Ports(
            Database database,
            Clock clock,
            Clock machineClock,
            Timers timers,
            RandomGenerator random,
            PageTokens pageTokens,
            Path directory,
            String searchPath,
            Variables variables,
            CodeUrl codeUrl) {}

    /// What functions get of the server by their roles. Thread-safe; answers by point reads.
    public interface Variables {
        /// The variables for a new process.
        ///
        /// @param functionArn without qualifier
        /// @param role the ARN of the function's role
        Given of(AccountId account, String functionArn, String role);

        /// Whether a function may have a role: false where the role is known not to trust Lambda.
        boolean assumable(AccountId account, String functionArn, String role);
    }

    /// Environment variables of a process.
    ///
    /// @param variables for example `AWS_ENDPOINT_URL`, `AWS_ACCESS_KEY_ID`,
    ///   `AWS_SECRET_ACCESS_KEY`
    /// @param hold whether a process that has them may get a further invocation; asked before each
    public record Given(Map<String, String> variables, BooleanSupplier hold) {
        public Given {
            variables = Map.copyOf(variables);
        }
    }

    /// Where a function's code can be downloaded.
    public interface CodeUrl {
        /// The URL under which {@link #code} is served.
        String of(String account, String region, String function, String version);
    }

    /// Counts since the start, and gauges of now.
    public record Statistics(
            long invocations,
            long errors,
            long throttles,
            int processes,
            int waitingEvents,
            long droppedEvents) {}

    /// Takes up what the directory and the database hold.
    ///
    /// @throws UncheckedIOException where the directory can't be written to
    public FunctionsService(Ports ports, FunctionLimits limits) {
        functions =
                new Functions(ports.database, ports.clock, ports.random, ports.pageTokens, limits);
        Path temporary = ports.directory.resolve("tmp");
        try {
            Folders.delete(temporary);
            Files.createDirectories(temporary);
        } catch (IOException e) {
            throw new UncheckedIOException("the folder of functions can not be used", e);
        }
        codes = new CodeStore(functions, ports.directory.resolve("code"));
        logs = new FunctionLogs(ports.directory.resolve("logs"), limits.logFileBytes());
        Path runtimeDirectory = ports.directory.resolve("runtime");
        Runtimes runtimes = new Runtimes(runtimeDirectory, ports.searchPath);
        guard = new Guard(ports.searchPath);
        pool =
                new ProcessPool(
                        codes,
                        runtimes,
                        ports.variables,
                        new ProcessEnvironment(ports.searchPath, runtimeDirectory, ports.clock),
                        guard,
                        logs,
                        ports.clock,
                        ports.machineClock,
                        limits,
                        temporary);
        watch = new Watch(pool);
        invocations = new Invocations(functions, pool, watch);
        events = new EventQueue(functions, invocations, ports.timers);
        functionOperations =
                new FunctionOperations(
                        functions,
                        codes,
                        new ConfigurationReader(limits, runtimes),
                        ports.variables,
                        pool::end,
                        version ->
                                ports.codeUrl.of(
                                        version.account(),
                                        version.region(),
                                        version.name(),
                                        version.version()));
        aliases = new AliasOperations(functions);
        permissions = new PermissionOperations(functions);
        concurrency = new ConcurrencyOperations(functions);
        tags = new TagOperations(functions);
        eventSettings = new EventSettingsOperations(functions);
        invoke = new InvokeOperations(functions, invocations, events);
        calls = new FunctionCalls(functions, invocations, events, permissions);
    }

    @Override
    public void register(OperationTable table) {
        functionOperations.register(table);
        aliases.register(table);
        permissions.register(table);
        concurrency.register(table);
        tags.register(table);
        eventSettings.register(table);
        invoke.register(table);
    }

    /// Starts to run the asynchronous invocations that wait, those of before a restart too.
    public void start() {
        events.start();
    }

    /// The functions as other services call them.
    public FunctionInvoker invoker() {
        return calls;
    }

    /// The newest lines of a function's log, the oldest of them first.
    ///
    /// @param function its name, without qualifier
    /// @throws software.amazon.awssdk.services.lambda.model.ResourceNotFoundException where there
    ///   is neither such a function nor a log of it
    public List<String> log(AccountId account, String region, String function, int lines) {
        FunctionName name = known(account, region, function);
        List<String> tail = logs.tail(name, lines);
        if (tail.isEmpty()) {
            functions.database.read(view -> functions.function(view, name));
        }
        return tail;
    }

    /// The zip file of a version; empty where its code is a folder.
    ///
    /// @param version `$LATEST` or a number
    /// @throws software.amazon.awssdk.services.lambda.model.ResourceNotFoundException where there
    ///   is no such version
    public Optional<Path> code(AccountId account, String region, String function, String version) {
        FunctionName name = known(account, region, function).qualifiedAs(version);
        VersionRecord found = functions.database.read(view -> functions.target(view, name));
        return found.code().folder() == null
                ? Optional.of(codes.zipOf(found.code()))
                : Optional.empty();
    }

    /// A name is checked before it becomes part of a path.
    private static FunctionName known(AccountId account, String region, String function) {
        return FunctionName.parse(function, account, region)
                .filter(name -> name.account().equals(account.value()))
                .orElseThrow(() -> Faults.notFound("Function not found: " + function))
                .unqualified();
    }

    /// What happened since the start, and what is there now.
    public Statistics statistics() {
        return new Statistics(
                invocations.invocations(),
                invocations.errors(),
                invocations.throttles(),
                pool.all().size(),
                events.waiting(),
                events.dropped());
    }

    /// Ends all processes and deletes everything: all accounts, all regions. For the test mode.
    public void reset() {
        events.clear();
        functions.wipe();
        pool.endAll();
        pool.awaitCleared(CLOSE_TIME);
        codes.clear();
        logs.clear();
    }

    @Override
    public void close() {
        events.close();
        watch.close();
        guard.close();
        events.awaitEnded(CLOSE_TIME);
        pool.awaitCleared(CLOSE_TIME);
    }
}
