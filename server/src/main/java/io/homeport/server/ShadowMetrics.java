package io.homeport.server;

import io.homeport.shadow.ShadowService;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.LongAdder;

/// The meters of the shadows. `docs/metrics.md` lists them.
final class ShadowMetrics {
    static final String REQUESTS = "homeport_shadow_requests_total";

    private ShadowMetrics() {}

    static void register(MeterRegistry meters, ShadowService shadows) {
        shadows.statistics()
                .forEach((operation, code, count) ->
                        FunctionCounter.builder(REQUESTS, count, LongAdder::sum)
                                .description(
                                        "shadow requests over MQTT and HTTPS, by operation and"
                                                + " the code of the answer")
                                .tag("operation", operation)
                                .tag("code", Integer.toString(code))
                                .register(meters));
    }
}
