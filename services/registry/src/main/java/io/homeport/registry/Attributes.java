package io.homeport.registry;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iot.model.AttributePayload;

/// The attributes of things and thing groups.
final class Attributes {
    private Attributes() {}

    /// The attributes that a creation gives.
    static Map<String, String> of(@Nullable AttributePayload payload) {
        return payload == null ? Map.of() : payload.attributes();
    }

    /// The attributes after an update: replaced, or with `merge` laid over the old ones, where an
    /// empty value removes its attribute. Without a payload they stay.
    static Map<String, String> updated(
            Map<String, String> old, @Nullable AttributePayload payload) {
        if (payload == null) {
            return old;
        }
        if (!Boolean.TRUE.equals(payload.merge())) {
            return payload.attributes();
        }
        TreeMap<String, String> merged = new TreeMap<>(old);
        payload.attributes()
                .forEach((name, value) -> {
                    if (value.isEmpty()) {
                        merged.remove(name);
                    } else {
                        merged.put(name, value);
                    }
                });
        return merged;
    }

    /// Refuses attributes beyond a limit.
    static void check(Map<String, String> attributes, int limit, int byteLimit, String owner) {
        if (attributes.size() > limit) {
            throw Faults.invalid(
                    owner
                            + " can have at most "
                            + limit
                            + " attributes, but "
                            + attributes.size()
                            + " were given");
        }
        int bytes = 0;
        for (Map.Entry<String, String> attribute : attributes.entrySet()) {
            bytes += attribute.getKey().getBytes(StandardCharsets.UTF_8).length;
            bytes += attribute.getValue().getBytes(StandardCharsets.UTF_8).length;
        }
        if (bytes > byteLimit) {
            throw Faults.invalid(
                    "The attributes have "
                            + bytes
                            + " bytes together; "
                            + owner
                            + " can have at most "
                            + byteLimit);
        }
    }
}
