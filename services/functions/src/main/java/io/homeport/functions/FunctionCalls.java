package io.homeport.functions;

import io.homeport.core.FunctionInvoker;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.lambda.model.InvalidRequestContentException;
import software.amazon.awssdk.services.lambda.model.ResourceNotFoundException;
import software.amazon.awssdk.services.lambda.model.TooManyRequestsException;

/// The functions as other services call them. Thread-safe.
final class FunctionCalls implements FunctionInvoker {
    private final Functions functions;
    private final Invocations invocations;
    private final EventQueue events;
    private final PermissionOperations permissions;

    FunctionCalls(
            Functions functions,
            Invocations invocations,
            EventQueue events,
            PermissionOperations permissions) {
        this.functions = functions;
        this.invocations = invocations;
        this.events = events;
        this.permissions = permissions;
    }

    @Override
    public Result invoke(Call call, Duration patience) {
        Optional<FunctionName> name = name(call);
        Refused refusal = refusal(call, name, functions.limits.syncPayloadBytes());
        if (refusal != null) {
            return refusal;
        }
        CompletableFuture<Result> result = new CompletableFuture<>();
        Thread.ofVirtual()
                .name("function-call")
                .start(() -> {
                    try {
                        result.complete(run(order(call, name.orElseThrow())));
                    } catch (RuntimeException e) {
                        result.completeExceptionally(e);
                    }
                });
        try {
            return result.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return new Refused(Reason.TIMED_OUT, call.function() + " took longer than " + patience);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Refused(Reason.TIMED_OUT, "nobody waits for " + call.function());
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    @Override
    public Optional<Refused> invokeLater(Call call) {
        Optional<FunctionName> name = name(call);
        Refused refusal = refusal(call, name, functions.limits.asyncPayloadBytes());
        if (refusal != null) {
            return Optional.of(refusal);
        }
        try {
            events.add(order(call, name.orElseThrow()));
            return Optional.empty();
        } catch (ResourceNotFoundException e) {
            return Optional.of(notFound(e));
        } catch (TooManyRequestsException e) {
            return Optional.of(
                    new Refused(
                            Reason.THROTTLED, "too many asynchronous invocations wait already"));
        }
    }

    private Result run(Invocations.Order order) {
        try {
            return switch (invocations.run(order)) {
                case Invocations.Outcome.Ran ran -> ran(ran);
                case Invocations.Outcome.Throttled throttled ->
                        new Refused(
                                Reason.THROTTLED,
                                "no room to run %s: %s"
                                        .formatted(order.name().arn(), throttled.reason()));
                case Invocations.Outcome.Unavailable unavailable ->
                        new Refused(Reason.UNAVAILABLE, unavailable.message());
            };
        } catch (ResourceNotFoundException e) {
            return notFound(e);
        }
    }

    private static Result ran(Invocations.Outcome.Ran ran) {
        Invocation.Result result = ran.result();
        String errorType = result.errorType();
        return errorType == null
                ? new Succeeded(result.payload(), ran.version().version())
                : new Failed(errorType, result.errorMessage(), result.payload());
    }

    private static Refused notFound(ResourceNotFoundException e) {
        return new Refused(Reason.NOT_FOUND, String.valueOf(e.getMessage()));
    }

    private static Optional<FunctionName> name(Call call) {
        return FunctionName.parse(call.function(), call.account(), call.region());
    }

    private Invocations.Order order(Call call, FunctionName name) {
        return new Invocations.Order(name, functions.newId(), call.payload(), null);
    }

    private @Nullable Refused refusal(Call call, Optional<FunctionName> name, int limit) {
        if (name.isEmpty()) {
            return new Refused(
                    Reason.INVALID, "'" + call.function() + "' is no name of a function");
        }
        if (!name.get().account().equals(call.account().value())) {
            return new Refused(
                    Reason.NOT_FOUND, "account " + name.get().account() + " is another one");
        }
        if (call.payload().length > limit) {
            return new Refused(Reason.INVALID, "the payload is larger than " + limit + " bytes");
        }
        try {
            InvokeOperations.checkJson(call.payload());
        } catch (InvalidRequestContentException e) {
            return new Refused(Reason.INVALID, "the payload is no JSON document");
        }
        Source source = call.source();
        if (source != null
                && !permissions.allows(name.get(), source.service(), source.sourceArn())) {
            return new Refused(
                    Reason.NOT_PERMITTED,
                    "the policy of %s doesn't allow lambda:InvokeFunction to %s%s; add it with AddPermission"
                            .formatted(
                                    name.get().arn(),
                                    source.service(),
                                    source.sourceArn() == null
                                            ? ""
                                            : " for " + source.sourceArn()));
        }
        return null;
    }
}
