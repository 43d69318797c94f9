package io.homeport.aws;

import io.homeport.core.Json;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.document.Document;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;
import software.amazon.awssdk.core.traits.TimestampFormatTrait.Format;
import tools.jackson.core.JsonGenerator;

/// Writes the SDK's types as JSON; members that aren't set are left out. Thread-safe.
final class JsonEncoder {
    private final PojoPlans plans;

    JsonEncoder(PojoPlans plans) {
        this.plans = plans;
    }

    /// The JSON object of a structure's body fields, after the given texts.
    byte[] encode(Map<String, String> first, SdkPojo pojo) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        try (JsonGenerator json = Json.MAPPER.createGenerator(bytes)) {
            json.writeStartObject();
            first.forEach(json::writeStringProperty);
            members(json, pojo);
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }

    /// A JSON object of texts.
    static byte[] encode(Map<String, String> members) {
        return Json.MAPPER.writeValueAsBytes(members);
    }

    private void members(JsonGenerator json, SdkPojo pojo) {
        for (Map.Entry<String, SdkField<?>> entry : plans.of(pojo).body().entrySet()) {
            Object value = PojoPlans.value(entry.getValue(), pojo);
            if (value != null) {
                json.writeName(entry.getKey());
                write(json, entry.getValue(), value);
            }
        }
    }

    private void write(JsonGenerator json, SdkField<?> field, Object value) {
        switch (field.marshallingType().getKnownType()) {
            case STRING -> json.writeString((String) value);
            case BOOLEAN -> json.writeBoolean((Boolean) value);
            case INTEGER, LONG, SHORT, BYTE -> json.writeNumber(((Number) value).longValue());
            case FLOAT -> real(json, (Float) value, value.toString());
            case DOUBLE -> real(json, (Double) value, value.toString());
            case BIG_DECIMAL -> json.writeNumber((BigDecimal) value);
            case INSTANT -> instant(json, Timestamps.format(field), (Instant) value);
            case SDK_BYTES ->
                    json.writeString(
                            Base64.getEncoder()
                                    .encodeToString(((SdkBytes) value).asByteArrayUnsafe()));
            case SDK_POJO -> {
                json.writeStartObject();
                members(json, (SdkPojo) value);
                json.writeEndObject();
            }
            case LIST -> {
                SdkField<?> element = field.getTrait(ListTrait.class).memberFieldInfo();
                json.writeStartArray();
                ((List<?>) value).forEach(child -> orNull(json, element, child));
                json.writeEndArray();
            }
            case MAP -> {
                SdkField<?> element = field.getTrait(MapTrait.class).valueFieldInfo();
                json.writeStartObject();
                ((Map<?, ?>) value)
                        .forEach((key, child) -> {
                            json.writeName(String.valueOf(key));
                            orNull(json, element, child);
                        });
                json.writeEndObject();
            }
            case DOCUMENT -> document(json, (Document) value);
            case NULL -> json.writeNull();
        }
    }

    private void orNull(JsonGenerator json, SdkField<?> field, @Nullable Object value) {
        if (value == null) {
            json.writeNull();
        } else {
            write(json, field, value);
        }
    }

    private static void real(JsonGenerator json, double value, String text) {
        if (Double.isFinite(value)) {
            json.writeNumber(text);
        } else {
            json.writeString(text);
        }
    }

    private static void instant(JsonGenerator json, Format format, Instant instant) {
        String text = Timestamps.print(instant, format);
        if (format == Format.UNIX_TIMESTAMP || format == Format.UNIX_TIMESTAMP_MILLIS) {
            json.writeNumber(text);
        } else {
            json.writeString(text);
        }
    }

    private static void document(JsonGenerator json, Document document) {
        if (document.isMap()) {
            json.writeStartObject();
            document.asMap()
                    .forEach((name, value) -> {
                        json.writeName(name);
                        document(json, value);
                    });
            json.writeEndObject();
        } else if (document.isList()) {
            json.writeStartArray();
            document.asList().forEach(value -> document(json, value));
            json.writeEndArray();
        } else if (document.isString()) {
            json.writeString(document.asString());
        } else if (document.isBoolean()) {
            json.writeBoolean(document.asBoolean());
        } else if (document.isNumber()) {
            json.writeNumber(document.asNumber().stringValue());
        } else {
            json.writeNull();
        }
    }
}
