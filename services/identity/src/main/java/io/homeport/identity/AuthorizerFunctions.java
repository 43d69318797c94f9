package io.homeport.identity;

import io.homeport.core.FunctionInvoker;
import java.time.Duration;

/// Runs the functions behind custom authorizers. Thread-safe; blocks.
@FunctionalInterface
public interface AuthorizerFunctions {
    /// Runs a function and waits for its answer, no longer than the patience.
    FunctionInvoker.Result invoke(FunctionInvoker.Call call, Duration patience);
}
