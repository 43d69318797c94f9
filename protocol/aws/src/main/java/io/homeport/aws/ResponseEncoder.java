package io.homeport.aws;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallLocation;
import software.amazon.awssdk.core.traits.JsonValueTrait;

/// Writes the SDK's response type as an HTTP response. Thread-safe.
final class ResponseEncoder {
    private final PojoPlans plans;
    private final JsonEncoder json;

    ResponseEncoder(PojoPlans plans) {
        this.plans = plans;
        this.json = new JsonEncoder(plans);
    }

    ApiResponse encode(OperationModel operation, SdkPojo response, String requestId) {
        PojoPlans.Plan plan = plans.of(response);
        Map<String, List<String>> headers = new LinkedHashMap<>();
        headers.put("content-type", List.of(operation.service().contentType()));
        headers.put("x-amzn-requestid", List.of(requestId));
        int status = operation.status();
        for (SdkField<?> field : plan.fields()) {
            Object value = PojoPlans.value(field, response);
            if (value != null && field.location() == MarshallLocation.HEADER) {
                headers.put(field.locationName(), List.of(header(field, value)));
            } else if (value instanceof Integer code
                    && field.location() == MarshallLocation.STATUS_CODE) {
                status = code;
            }
        }
        SdkField<?> payload = plan.payload();
        if (payload != null) {
            byte[] body = payload(PojoPlans.value(payload, response));
            return new ApiResponse(status, headers, body);
        }
        byte[] body = status == 204 ? new byte[0] : json.encode(Map.of(), response);
        return new ApiResponse(status, headers, body);
    }

    private byte[] payload(@Nullable Object value) {
        return switch (value) {
            case null -> new byte[0];
            case SdkBytes bytes -> bytes.asByteArray();
            case String text -> text.getBytes(StandardCharsets.UTF_8);
            case SdkPojo structure -> json.encode(Map.of(), structure);
            default -> throw new IllegalStateException("a payload of " + value.getClass());
        };
    }

    private static String header(SdkField<?> field, Object value) {
        return switch (value) {
            case Instant instant -> Timestamps.print(instant, Timestamps.format(field));
            case List<?> list -> String.join(",", list.stream().map(String::valueOf).toList());
            case String text when field.containsTrait(JsonValueTrait.class) ->
                    Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
            default -> value.toString();
        };
    }
}
