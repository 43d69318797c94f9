package io.homeport.rules.actions;

import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// A time with its unit, as the actions timestream and location have it; without one, a message's
/// arrival counts. Immutable; thread-safe.
record Timestamp(@Nullable CheckedParameter value, @Nullable CheckedParameter unit) {
    private static final List<String> UNITS =
            List.of("SECONDS", "MILLISECONDS", "MICROSECONDS", "NANOSECONDS");

    static final Timestamp ARRIVAL = new Timestamp(null, null);

    static Timestamp of(@Nullable String value, @Nullable String unit, PlanContext context) {
        CheckedParameter checkedUnit =
                unit == null || unit.isEmpty()
                        ? null
                        : new CheckedParameter(
                                context.required("timestamp.unit", unit),
                                UNITS::contains,
                                "has to be one of " + String.join(", ", UNITS));
        return new Timestamp(
                new CheckedParameter(
                        context.required("timestamp.value", value),
                        text -> text.matches("-?[0-9]{1,19}"),
                        "has to be a whole number"),
                checkedUnit);
    }

    /// Notes time and unit as they are.
    void resolve(RuleMatch match, ObjectNode parameters) throws ActionFailure {
        if (value == null) {
            parameters.put("time", Long.toString(match.origin().arrivedAtMillis()));
            parameters.put("timeUnit", "MILLISECONDS");
        } else {
            parameters.put("time", value.in(match));
            parameters.put("timeUnit", unit == null ? "MILLISECONDS" : unit.in(match));
        }
    }

    /// What {@link #resolve} noted, in milliseconds.
    static long millis(Delivery delivery) {
        BigDecimal time = new BigDecimal(delivery.parameter("time"));
        int shift =
                switch (delivery.parameter("timeUnit")) {
                    case "SECONDS" -> 3;
                    case "MICROSECONDS" -> -3;
                    case "NANOSECONDS" -> -6;
                    default -> 0;
                };
        return time.scaleByPowerOfTen(shift).longValue();
    }
}
