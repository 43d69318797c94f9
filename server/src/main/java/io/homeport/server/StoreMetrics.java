package io.homeport.server;

import io.homeport.storage.RocksStore;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/// What is measured of the store: names are a contract, listed in `docs/metrics.md`.
final class StoreMetrics {
    static final String MEMORY = "homeport_store_memory_bytes";
    static final String WRITABLE = "homeport_store_writable";

    private StoreMetrics() {}

    static void register(MeterRegistry meters, RocksStore store) {
        Gauge.builder(MEMORY, store, RocksStore::memoryBytes)
                .description("native memory of the store: cache, write buffers, open tables")
                .register(meters);
        Gauge.builder(WRITABLE, store, s -> s.isWritable() ? 1 : 0)
                .description("1 while the store takes writes, 0 while it recovers from a failure")
                .register(meters);
    }
}
