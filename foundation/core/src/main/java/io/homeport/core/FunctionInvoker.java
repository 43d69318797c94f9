package io.homeport.core;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The port through which services run Lambda functions: rules, `aws_lambda()` in SQL, custom
/// authorizers. Thread-safe.
public interface FunctionInvoker {
    /// Runs a function and waits for its result. Blocks, so never on an event loop; an interrupt
    /// ends the waiting and answers {@link Reason#TIMED_OUT}.
    ///
    /// @param patience how long to wait; a function that takes longer goes on until its own
    ///   time-out, unheard
    Result invoke(Call call, Duration patience);

    /// Hands a call over (invocation type `Event`): once this returns, the call is durable and will
    /// be tried again where it fails, as AWS Lambda does. Blocks for an fsync.
    ///
    /// @return why the call was not taken; empty where it was
    Optional<Refused> invokeLater(Call call);

    /// A call.
    ///
    /// @param region where the function is, unless its ARN says otherwise
    /// @param function a name, `name:qualifier`, a partial or a full ARN, with or without qualifier
    /// @param payload the event, a JSON document
    /// @param source on whose behalf a service calls; the function's resource policy has to allow
    ///   that. Null for calls that need no permission.
    record Call(
            AccountId account,
            String region,
            String function,
            byte[] payload,
            @Nullable Source source) {}

    /// A service that calls.
    ///
    /// @param service the principal, for example `iot.amazonaws.com`
    /// @param sourceArn what makes it call, for example the rule's ARN; null where nothing has one
    record Source(String service, @Nullable String sourceArn) {}

    /// How a call ended.
    sealed interface Result permits Succeeded, Failed, Refused {}

    /// The function returned.
    ///
    /// @param payload what it returned, a JSON document
    /// @param executedVersion `$LATEST` or a number
    record Succeeded(byte[] payload, String executedVersion) implements Result {}

    /// The function ran and failed: it threw, crashed, ran out of time or memory.
    ///
    /// @param errorType for example `ValueError` or `Sandbox.Timedout`
    /// @param payload the error document as AWS Lambda shows it
    record Failed(String errorType, String message, byte[] payload) implements Result {}

    /// The function did not run, or nobody waited for it.
    ///
    /// @param message a sentence that says what is in the way
    record Refused(Reason reason, String message) implements Result {}

    /// Why a function was not run.
    enum Reason {
        /// There is no such function, version or alias.
        NOT_FOUND,
        /// Its resource policy doesn't allow the source to invoke it.
        NOT_PERMITTED,
        /// A limit on concurrency or on waiting calls is reached: try again later.
        THROTTLED,
        /// The payload is too large, no JSON, or the function's name no name.
        INVALID,
        /// It took longer than the caller's patience.
        TIMED_OUT,
        /// Its runtime isn't installed, or its code can not be read.
        UNAVAILABLE
    }
}
