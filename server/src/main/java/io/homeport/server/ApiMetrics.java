package io.homeport.server;

import io.homeport.aws.ApiEvents;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;

/// Counts and times API calls as `homeport.api.requests`. Thread-safe.
record ApiMetrics(MeterRegistry meters) implements ApiEvents {
    static final String REQUESTS = "homeport.api.requests";

    @Override
    public void answered(Answered answered) {
        Timer.builder(REQUESTS)
                .description("AWS API calls answered, by service, operation and status")
                .tag("service", answered.service())
                .tag("operation", answered.operation())
                .tag("status", Integer.toString(answered.status()))
                .register(meters)
                .record(answered.nanos(), TimeUnit.NANOSECONDS);
    }
}
