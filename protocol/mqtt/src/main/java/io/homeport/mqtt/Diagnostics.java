package io.homeport.mqtt;

import io.homeport.core.UserProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How much of a packet's explanation is sent: less where the receiver wants none or accepts only
/// smaller packets ([MQTT-3.2.2-19], [MQTT-3.2.2-20] and their like for the other packets).
enum Diagnostics {
    ALL,
    REASON_STRING,
    NONE;

    private static final Diagnostics[] ALL_OR_LESS = values();
    private static final Diagnostics[] NONE_ONLY = {NONE};

    /// From what is wanted to the least.
    static Diagnostics[] downFrom(boolean wanted) {
        return wanted ? ALL_OR_LESS : NONE_ONLY;
    }

    @Nullable String reasonString(@Nullable String text) {
        return this == NONE ? null : text;
    }

    List<UserProperty> userProperties(List<UserProperty> properties) {
        return this == ALL ? properties : List.of();
    }
}
