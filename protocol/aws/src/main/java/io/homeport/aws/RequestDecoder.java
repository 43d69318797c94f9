package io.homeport.aws;

import io.homeport.core.Json;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallingKnownType;
import software.amazon.awssdk.core.traits.JsonValueTrait;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.utils.builder.Buildable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// Reads an HTTP request into the SDK's request type: path, query, headers and body. Thread-safe.
final class RequestDecoder {
    private final PojoPlans plans;
    private final JsonDecoder json;

    RequestDecoder(PojoPlans plans) {
        this.plans = plans;
        this.json = new JsonDecoder(plans);
    }

    /// Sets the builder's fields and builds.
    ///
    /// @throws ApiFault `SerializationException` where the request isn't one of this type
    SdkPojo decode(
            SdkPojo builder,
            ApiRequest request,
            Map<String, String> labels,
            Map<String, List<String>> query) {
        PojoPlans.Plan plan = plans.of(builder);
        for (SdkField<?> field : plan.fields()) {
            switch (field.location()) {
                case PATH, GREEDY_PATH -> {
                    String label = labels.get(field.locationName());
                    if (label != null) {
                        field.set(builder, scalar(field, label, field.locationName()));
                    }
                }
                case QUERY_PARAM -> fromQuery(builder, plan, field, query);
                case HEADER -> fromHeader(builder, field, request);
                case PAYLOAD, STATUS_CODE -> {}
            }
        }
        SdkField<?> payload = plan.payload();
        if (payload != null) {
            readPayload(builder, payload, request.body());
        } else if (!plan.body().isEmpty() && request.body().length > 0) {
            json.readInto(builder, parse(request.body()), "");
        }
        return (SdkPojo) ((Buildable) builder).build();
    }

    private void readPayload(SdkPojo builder, SdkField<?> field, byte[] body) {
        switch (field.marshallingType().getKnownType()) {
            case SDK_BYTES -> field.set(builder, SdkBytes.fromByteArrayUnsafe(body));
            case STRING -> field.set(builder, new String(body, StandardCharsets.UTF_8));
            default -> {
                if (body.length > 0) {
                    field.set(builder, json.read(field, parse(body), ""));
                }
            }
        }
    }

    private static JsonNode parse(byte[] body) {
        try {
            return Json.MAPPER.readTree(body);
        } catch (JacksonException e) {
            throw ApiFault.serialization(
                    "Could not parse request body into json: " + e.getOriginalMessage());
        }
    }

    private static void fromQuery(
            SdkPojo builder,
            PojoPlans.Plan plan,
            SdkField<?> field,
            Map<String, List<String>> query) {
        if (field.marshallingType().getKnownType() == MarshallingKnownType.MAP) {
            field.set(builder, otherParameters(plan, query));
            return;
        }
        List<String> values = query.get(field.locationName());
        if (values != null) {
            field.set(builder, listOrScalar(field, values));
        }
    }

    /// The parameters that no other field takes.
    private static Map<String, String> otherParameters(
            PojoPlans.Plan plan, Map<String, List<String>> query) {
        Map<String, String> others = new LinkedHashMap<>();
        query.forEach((name, values) -> others.put(name, values.getFirst()));
        plan.fields().forEach(other -> others.remove(other.locationName()));
        return others;
    }

    private static void fromHeader(SdkPojo builder, SdkField<?> field, ApiRequest request) {
        String name = field.locationName().toLowerCase(Locale.ROOT);
        if (field.marshallingType().getKnownType() == MarshallingKnownType.MAP) {
            Map<String, String> prefixed = new LinkedHashMap<>();
            request.headers()
                    .forEach((header, values) -> {
                        if (header.startsWith(name)) {
                            prefixed.put(header.substring(name.length()), values.getFirst());
                        }
                    });
            field.set(builder, prefixed);
            return;
        }
        List<String> values = request.headers().get(name);
        if (values != null && !values.isEmpty()) {
            boolean list = field.marshallingType().getKnownType() == MarshallingKnownType.LIST;
            field.set(builder, listOrScalar(field, list ? splitAtCommas(values) : values));
        }
    }

    private static List<String> splitAtCommas(List<String> values) {
        List<String> parts = new ArrayList<>();
        for (String value : values) {
            for (String part : value.split(",")) {
                parts.add(part.strip());
            }
        }
        return parts;
    }

    private static Object listOrScalar(SdkField<?> field, List<String> values) {
        if (field.marshallingType().getKnownType() == MarshallingKnownType.LIST) {
            SdkField<?> element = field.getTrait(ListTrait.class).memberFieldInfo();
            List<Object> list = new ArrayList<>(values.size());
            values.forEach(value -> list.add(scalar(element, value, field.locationName())));
            return list;
        }
        return scalar(field, values.getFirst(), field.locationName());
    }

    private static Object scalar(SdkField<?> field, String text, String name) {
        try {
            return switch (field.marshallingType().getKnownType()) {
                case STRING -> field.containsTrait(JsonValueTrait.class) ? fromBase64(text) : text;
                case INTEGER -> Integer.valueOf(text);
                case LONG -> Long.valueOf(text);
                case SHORT -> Short.valueOf(text);
                case BYTE -> Byte.valueOf(text);
                case FLOAT -> Float.valueOf(text);
                case DOUBLE -> Double.valueOf(text);
                case BOOLEAN -> bool(text);
                case INSTANT -> Timestamps.parse(text, Timestamps.format(field));
                case BIG_DECIMAL, SDK_BYTES, SDK_POJO, LIST, MAP, DOCUMENT, NULL ->
                        throw new IllegalStateException(
                                "no such type outside of a body: " + field.memberName());
            };
        } catch (IllegalArgumentException | DateTimeException e) {
            throw ApiFault.serialization(
                    "'%s' at '%s' can not be converted to %s"
                            .formatted(
                                    text,
                                    name,
                                    field.marshallingType().getTargetClass().getSimpleName()));
        }
    }

    /// JSON in a header is base64-encoded.
    private static String fromBase64(String text) {
        return new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8);
    }

    private static Boolean bool(String text) {
        return switch (text) {
            case "true" -> Boolean.TRUE;
            case "false" -> Boolean.FALSE;
            default -> throw new IllegalArgumentException(text);
        };
    }
}
