package io.homeport.shadow;

import io.homeport.shadow.ShadowRequest.Operation;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// Counts requests by operation and outcome. Thread-safe.
public final class ShadowStatistics {
    private final Map<Operation, LongAdder> accepted = new EnumMap<>(Operation.class);
    private final Map<Operation, Map<ShadowRefusal.Code, LongAdder>> rejected =
            new EnumMap<>(Operation.class);

    ShadowStatistics() {
        for (Operation operation : Operation.values()) {
            accepted.put(operation, new LongAdder());
            Map<ShadowRefusal.Code, LongAdder> codes = new EnumMap<>(ShadowRefusal.Code.class);
            for (ShadowRefusal.Code code : ShadowRefusal.Code.values()) {
                codes.put(code, new LongAdder());
            }
            rejected.put(operation, codes);
        }
    }

    void accepted(Operation operation) {
        counter(accepted.get(operation)).increment();
    }

    void count(Operation operation, ShadowRefusal.Code code) {
        counter(rejected.getOrDefault(operation, Map.of()).get(code)).increment();
    }

    private static LongAdder counter(@Nullable LongAdder counter) {
        if (counter == null) {
            throw new AssertionError("all counters are made at the start");
        }
        return counter;
    }

    /// Hands every counter to the consumer: `get`, `update` or `delete`, and `200` or the code of
    /// the refusal.
    public void forEach(Consumer consumer) {
        accepted.forEach((operation, count) -> consumer.accept(name(operation), 200, count));
        rejected.forEach((operation, codes) ->
                codes.forEach(
                        (code, count) -> consumer.accept(name(operation), code.status(), count)));
    }

    private static String name(Operation operation) {
        return operation.name().toLowerCase(Locale.ROOT);
    }

    /// Takes counters.
    public interface Consumer {
        void accept(String operation, int code, LongAdder count);
    }
}
