package io.homeport.aws;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallLocation;
import software.amazon.awssdk.core.traits.PayloadTrait;
import software.amazon.awssdk.core.util.SdkAutoConstructList;
import software.amazon.awssdk.core.util.SdkAutoConstructMap;

/// How the SDK's classes map to HTTP, worked out once per class. Thread-safe.
final class PojoPlans {
    private final Map<Class<?>, Plan> plans = new ConcurrentHashMap<>();

    /// The fields of one class.
    ///
    /// @param payload the one field that is the whole body; null where the body is a JSON object
    /// @param body the fields of the JSON object, by their name there
    /// @param byMember all fields by the model's name
    record Plan(
            List<SdkField<?>> fields,
            @Nullable SdkField<?> payload,
            Map<String, SdkField<?>> body,
            Map<String, SdkField<?>> byMember) {}

    Plan of(SdkPojo pojo) {
        Plan plan = plans.get(pojo.getClass());
        return plan != null ? plan : plans.computeIfAbsent(pojo.getClass(), type -> make(pojo));
    }

    private static Plan make(SdkPojo pojo) {
        Map<String, SdkField<?>> body = new LinkedHashMap<>();
        Map<String, SdkField<?>> byMember = new LinkedHashMap<>();
        SdkField<?> payload = null;
        for (SdkField<?> field : pojo.sdkFields()) {
            byMember.put(field.memberName(), field);
            if (field.containsTrait(PayloadTrait.class)) {
                payload = field;
            } else if (field.location() == MarshallLocation.PAYLOAD) {
                body.put(field.locationName(), field);
            }
        }
        return new Plan(List.copyOf(pojo.sdkFields()), payload, body, byMember);
    }

    /// The field's value; null where it isn't set, for lists and maps too.
    static @Nullable Object value(SdkField<?> field, SdkPojo pojo) {
        Object value = field.getValueOrDefault(pojo);
        return value instanceof SdkAutoConstructList || value instanceof SdkAutoConstructMap
                ? null
                : value;
    }
}
