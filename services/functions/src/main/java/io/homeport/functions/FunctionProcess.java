package io.homeport.functions;

import io.homeport.core.Clock;
import io.homeport.core.Json;
import io.homeport.functions.RuntimeApi.Answer;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// A process that runs a function, one invocation at a time. Whoever took it from the pool runs it;
/// the other methods are thread-safe.
///
/// It ends by itself, by {@link #end}, or because an invocation took too long or too much memory. A
/// process that has ended is never used again.
final class FunctionProcess implements RuntimeApi.Calls {
    private static final int KILLED = 128 + 9;

    /// How long a process gets after an error to ask for the next event or to end.
    private static final Duration AFTER_ERROR = Duration.ofSeconds(1);

    final VersionRecord version;
    private final Process process;
    private final Guard guard;
    private final RuntimeApi api;
    private final Output output;
    private final BooleanSupplier variablesHold;
    private final Clock machineClock;
    private final FunctionLimits limits;
    private final long startedNanos = System.nanoTime();
    private final CompletableFuture<Reply> started = new CompletableFuture<>();
    private final BlockingQueue<Running> offered = new ArrayBlockingQueue<>(1);
    private volatile @Nullable Running running;
    private volatile CompletableFuture<Reply> asksAgain = new CompletableFuture<>();
    private volatile long initNanos;
    private volatile long peakBytes;
    private volatile boolean outOfMemory;
    private volatile boolean retired;
    private volatile long idleSinceNanos = System.nanoTime();

    /// What came of an invocation or of the start.
    private sealed interface Reply {
        /// The runtime asked for its first event.
        record Ready() implements Reply {}

        record Response(byte[] body) implements Reply {}

        record TooLarge(long bytes) implements Reply {}

        record Failure(byte[] body) implements Reply {}

        record Exit(int code) implements Reply {}

        record TimedOut() implements Reply {}
    }

    /// An invocation that the process has or is about to get.
    private record Running(
            Invocation invocation, long deadlineMillis, CompletableFuture<Reply> reply) {}

    /// Makes the runtime API first, whose address the process needs.
    interface Starter {
        /// Starts the process.
        Process start(String apiAddress) throws IOException;
    }

    /// Makes what reads the process's output.
    interface OutputMaker {
        /// Reads from the process.
        Output outputOf(Process process);
    }

    /// @param variablesHold whether the variables that it is started with are good for a further
    ///   invocation
    FunctionProcess(
            VersionRecord version,
            Starter starter,
            OutputMaker outputMaker,
            Guard guard,
            BooleanSupplier variablesHold,
            Clock machineClock,
            FunctionLimits limits)
            throws IOException {
        this.version = version;
        this.guard = guard;
        this.variablesHold = variablesHold;
        this.machineClock = machineClock;
        this.limits = limits;
        this.api = new RuntimeApi(this, limits.syncPayloadBytes());
        try {
            this.process = starter.start(api.address());
        } catch (IOException e) {
            api.close();
            throw e;
        }
        this.output = outputMaker.outputOf(process);
        process.onExit().thenAccept(this::exited);
    }

    // --- what runs it

    /// Runs an invocation to its end, which is never later than the time-out (and, for a new
    /// process, the time that its start may take).
    Invocation.Result run(Invocation invocation) {
        boolean cold = initNanos == 0;
        String id = invocation.requestId();
        long begun = System.nanoTime();
        output.begin("START RequestId: " + id + " Version: " + version.version());
        Reply reply = cold ? awaitStart() : new Reply.Ready();
        long from = cold && initNanos != 0 ? System.nanoTime() : begun;
        if (reply instanceof Reply.Ready) {
            reply = hand(invocation);
        }
        long took = System.nanoTime() - from;
        peakBytes = Math.max(peakBytes, Memory.ofProcess(process.pid()));
        running = null;
        idleSinceNanos = System.nanoTime();
        if (reply instanceof Reply.Failure) {
            if (!(await(asksAgain, AFTER_ERROR) instanceof Reply.Ready)) {
                end();
            }
        } else if (!(reply instanceof Reply.Response)) {
            end();
            awaitExit();
        }
        Fault fault = faultOf(reply, id);
        String report = report(id, took, cold ? initNanos : 0, fault);
        byte[] tail = output.end(endLines(reply, id, fault, report));
        return fault == null && reply instanceof Reply.Response response
                ? new Invocation.Result(response.body, null, "", tail)
                : failed(fault, tail);
    }

    private Reply awaitStart() {
        return await(started, limits.initTime().plus(timeout()));
    }

    private Reply hand(Invocation invocation) {
        Running next =
                new Running(
                        invocation,
                        machineClock.millis() + timeout().toMillis(),
                        new CompletableFuture<>());
        asksAgain = new CompletableFuture<>();
        running = next;
        if (!process.isAlive()) {
            return new Reply.Exit(process.exitValue());
        }
        offered.add(next);
        return await(next.reply, timeout());
    }

    private Duration timeout() {
        return Duration.ofSeconds(version.configuration().timeoutSeconds());
    }

    private static Reply await(CompletableFuture<Reply> future, Duration patience) {
        try {
            return future.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return new Reply.TimedOut();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Reply.TimedOut();
        } catch (ExecutionException e) {
            throw new IllegalStateException("replies don't fail", e);
        }
    }

    private void awaitExit() {
        try {
            process.onExit().get(limits.initTime().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            // It is being killed; what it printed last may be missing from the log.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // --- what callers and logs are told

    /// A failure, as AWS names it.
    private record Fault(String type, String message, byte @Nullable [] document) {}

    private @Nullable Fault faultOf(Reply reply, String id) {
        return switch (reply) {
            case Reply.Ready _, Reply.Response _ -> null;
            case Reply.Failure failure -> faultOf(failure.body);
            case Reply.TooLarge tooLarge ->
                    new Fault(
                            "Function.ResponseSizeTooLarge",
                            "Response payload size (%d bytes) exceeded maximum allowed payload size (%d bytes)."
                                    .formatted(tooLarge.bytes, limits.syncPayloadBytes()),
                            null);
            case Reply.TimedOut _ ->
                    new Fault(
                            "Sandbox.Timedout",
                            "RequestId: %s Error: Task timed out after %d.00 seconds"
                                    .formatted(id, timeout().toSeconds()),
                            null);
            case Reply.Exit exit ->
                    new Fault(
                            outOfMemory ? "Runtime.OutOfMemory" : "Runtime.ExitError",
                            "RequestId: " + id + " Error: " + reason(exit.code),
                            null);
        };
    }

    private static Fault faultOf(byte[] body) {
        try {
            JsonNode document = Json.MAPPER.readTree(body);
            return new Fault(
                    document.path("errorType").asString("Error"),
                    document.path("errorMessage").asString(""),
                    body);
        } catch (JacksonException e) {
            return new Fault("Runtime.Unknown", "", body);
        }
    }

    private String reason(int code) {
        if (outOfMemory || code == KILLED) {
            return "Runtime exited with error: signal: killed";
        }
        return switch (code) {
            case 0 -> "Runtime exited without providing a reason";
            case 128 + 6 -> "Runtime exited with error: signal: aborted";
            case 128 + 11 -> "Runtime exited with error: signal: segmentation fault";
            default -> "Runtime exited with error: exit status " + code;
        };
    }

    private static Invocation.Result failed(@Nullable Fault fault, byte[] tail) {
        Fault what =
                fault == null
                        ? new Fault("Runtime.Unknown", "the runtime sent nothing", null)
                        : fault;
        byte[] document = what.document;
        if (document == null || document.length == 0) {
            Map<String, String> members = new LinkedHashMap<>();
            members.put("errorType", what.type);
            members.put("errorMessage", what.message);
            document = Json.MAPPER.writeValueAsBytes(members);
        }
        return new Invocation.Result(document, what.type, what.message, tail);
    }

    private String[] endLines(Reply reply, String id, @Nullable Fault fault, String report) {
        String end = "END RequestId: " + id;
        if (reply instanceof Reply.TimedOut) {
            return new String[] {
                Instant.ofEpochMilli(machineClock.millis())
                        + " %s Task timed out after %d.00 seconds"
                                .formatted(id, timeout().toSeconds()),
                end,
                report
            };
        }
        if (fault != null && fault.document == null) {
            return new String[] {fault.message, end, report};
        }
        return new String[] {end, report};
    }

    private String report(String id, long took, long init, @Nullable Fault fault) {
        double millis = took / 1e6;
        StringBuilder report = new StringBuilder(200);
        report.append(
                "REPORT RequestId: %s\tDuration: %.2f ms\tBilled Duration: %d ms\tMemory Size: %d MB\tMax Memory Used: %d MB\t"
                        .formatted(
                                id,
                                millis,
                                (long) Math.ceil(millis + init / 1e6),
                                version.configuration().memoryMegabytes(),
                                (peakBytes + (1 << 20) - 1) >> 20));
        if (init > 0) {
            report.append("Init Duration: %.2f ms\t".formatted(init / 1e6));
        }
        if (fault != null && fault.document == null) {
            report.append(
                    fault.type.equals("Sandbox.Timedout")
                            ? "Status: timeout"
                            : "Status: error\tError Type: " + fault.type);
        }
        return report.toString();
    }

    // --- what the process asks and tells

    @Override
    public Answer next() throws InterruptedException {
        if (initNanos == 0) {
            initNanos = Math.max(1, System.nanoTime() - startedNanos);
            started.complete(new Reply.Ready());
        }
        if (!isWorking()) {
            asksAgain.complete(new Reply.Ready());
        }
        Running next = offered.take();
        Invocation invocation = next.invocation;
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Lambda-Runtime-Aws-Request-Id", invocation.requestId());
        headers.put("Lambda-Runtime-Deadline-Ms", String.valueOf(next.deadlineMillis));
        headers.put("Lambda-Runtime-Invoked-Function-Arn", invocation.arn());
        headers.put("Lambda-Runtime-Trace-Id", trace(invocation.requestId()));
        String context = invocation.clientContext();
        if (context != null) {
            headers.put("Lambda-Runtime-Client-Context", context.replaceAll("[\r\n]", " "));
        }
        return new Answer(200, headers, invocation.payload());
    }

    /// A trace header that says that nothing is traced, as AWS X-Ray writes it.
    private String trace(String requestId) {
        String digits = requestId.replace("-", "");
        return "Root=1-%08x-%s;Parent=%s;Sampled=0"
                .formatted(
                        machineClock.millis() / 1000,
                        digits.substring(0, 24),
                        digits.substring(16, 32));
    }

    @Override
    public Answer response(String requestId, byte[] body) {
        return complete(requestId, new Reply.Response(body), Answer.ACCEPTED);
    }

    @Override
    public Answer tooLarge(String requestId, long bytes) {
        return complete(
                requestId,
                new Reply.TooLarge(bytes),
                Answer.refused(
                        413,
                        "RequestEntityTooLarge",
                        "Exceeded maximum allowed payload size ("
                                + limits.syncPayloadBytes()
                                + " bytes)."));
    }

    @Override
    public Answer error(String requestId, byte[] body) {
        return complete(requestId, new Reply.Failure(body), Answer.ACCEPTED);
    }

    private Answer complete(String requestId, Reply reply, Answer answer) {
        Running current = running;
        if (current == null
                || !current.invocation.requestId().equals(requestId)
                || !current.reply.complete(reply)) {
            return Answer.refused(400, "InvalidRequestID", "this invocation doesn't run");
        }
        return answer;
    }

    @Override
    public Answer initError(byte[] body) {
        started.complete(new Reply.Failure(body));
        return Answer.ACCEPTED;
    }

    /// Whether an invocation has been handed over and not been answered yet.
    private boolean isWorking() {
        Running current = running;
        return current != null && !current.reply.isDone();
    }

    private void exited(Process ended) {
        Reply exit = new Reply.Exit(ended.exitValue());
        asksAgain.complete(exit);
        started.complete(exit);
        Running current = running;
        if (current != null) {
            current.reply.complete(exit);
        }
        end();
    }

    // --- what watches it

    /// Whether it may be given another invocation.
    boolean isUsable() {
        return process.isAlive() && initNanos != 0 && !retired && variablesHold.getAsBoolean();
    }

    boolean isBusy() {
        return running != null || initNanos == 0;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    Duration idle() {
        return Duration.ofNanos(System.nanoTime() - idleSinceNanos);
    }

    /// Takes no more invocations than the one that it has.
    void retire() {
        retired = true;
    }

    boolean isRetired() {
        return retired;
    }

    /// Takes what the process has printed.
    void drain() {
        output.drain();
    }

    /// Tells how much memory the process and its children use; too much ends them.
    void usedMemory(long bytes) {
        peakBytes = Math.max(peakBytes, bytes);
        long allowed = (long) version.configuration().memoryMegabytes() << 20;
        if (bytes > allowed && !outOfMemory) {
            outOfMemory = true;
            end();
        }
    }

    CompletableFuture<Process> onExit() {
        return process.onExit();
    }

    /// Kills the process and everything that it started.
    void end() {
        retired = true;
        guard.end(process);
        api.close();
    }
}
