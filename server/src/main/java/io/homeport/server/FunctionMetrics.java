package io.homeport.server;

import io.homeport.functions.FunctionsService;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/// What is measured of functions: names are a contract, listed in `docs/metrics.md`.
final class FunctionMetrics {
    private FunctionMetrics() {}

    static void register(MeterRegistry meters, FunctionsService functions) {
        FunctionCounter.builder(
                        "homeport.functions.invocations",
                        functions,
                        f -> f.statistics().invocations())
                .description("invocations of functions that ran, whatever came of them")
                .register(meters);
        FunctionCounter.builder(
                        "homeport.functions.errors", functions, f -> f.statistics().errors())
                .description("invocations that failed or could not be started")
                .register(meters);
        FunctionCounter.builder(
                        "homeport.functions.throttles", functions, f -> f.statistics().throttles())
                .description("invocations that found no room")
                .register(meters);
        FunctionCounter.builder(
                        "homeport.functions.events.dropped",
                        functions,
                        f -> f.statistics().droppedEvents())
                .description("asynchronous invocations that failed in the end")
                .register(meters);
        Gauge.builder("homeport.functions.processes", functions, f -> f.statistics().processes())
                .description("processes of functions, working or warm")
                .register(meters);
        Gauge.builder(
                        "homeport.functions.events.waiting",
                        functions,
                        f -> f.statistics().waitingEvents())
                .description("asynchronous invocations that wait or run")
                .register(meters);
    }
}
