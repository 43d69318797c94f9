package io.homeport.aws;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.document.Document;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;
import software.amazon.awssdk.core.traits.TimestampFormatTrait.Format;
import software.amazon.awssdk.utils.builder.Buildable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.exc.JsonNodeException;

/// Reads JSON into the SDK's types. Unknown members are ignored (but see {@link BodyOperation}),
/// members that are `null` count as absent, and a value of another type is a
/// `SerializationException` that says where it stands. Thread-safe.
final class JsonDecoder {
    private final PojoPlans plans;

    JsonDecoder(PojoPlans plans) {
        this.plans = plans;
    }

    /// Sets the fields of a builder from a JSON object.
    ///
    /// @param path where the object stands, empty for the whole body
    void readInto(SdkPojo builder, JsonNode node, String path) {
        if (!node.isObject()) {
            throw mismatch(node, "a structure", path);
        }
        Map<String, SdkField<?>> fields = plans.of(builder).body();
        for (Map.Entry<String, JsonNode> member : node.properties()) {
            SdkField<?> field = fields.get(member.getKey());
            if (field != null && !member.getValue().isNull()) {
                field.set(builder, read(field, member.getValue(), join(path, member.getKey())));
            }
        }
    }

    /// The value of a field.
    Object read(SdkField<?> field, JsonNode node, String path) {
        try {
            return value(field, node, path);
        } catch (JsonNodeException e) {
            // Numbers such as 1e999, of which the parser makes infinity.
            throw ApiFault.serialization("the number at '" + path + "' is out of range");
        }
    }

    private Object value(SdkField<?> field, JsonNode node, String path) {
        return switch (field.marshallingType().getKnownType()) {
            case STRING -> {
                if (!node.isString()) {
                    throw mismatch(node, "a String", path);
                }
                yield node.stringValue();
            }
            case BOOLEAN -> {
                if (!node.isBoolean()) {
                    throw mismatch(node, "a Boolean", path);
                }
                yield node.booleanValue();
            }
            case INTEGER -> (int) integer(node, Integer.MIN_VALUE, Integer.MAX_VALUE, path);
            case LONG -> integer(node, Long.MIN_VALUE, Long.MAX_VALUE, path);
            case SHORT -> (short) integer(node, Short.MIN_VALUE, Short.MAX_VALUE, path);
            case BYTE -> (byte) integer(node, Byte.MIN_VALUE, Byte.MAX_VALUE, path);
            case FLOAT -> (float) real(node, path);
            case DOUBLE -> real(node, path);
            case BIG_DECIMAL -> {
                if (!node.isNumber()) {
                    throw mismatch(node, "a Number", path);
                }
                yield node.decimalValue();
            }
            case INSTANT -> instant(field, node, path);
            case SDK_BYTES -> bytes(node, path);
            case SDK_POJO -> structure(field, node, path);
            case LIST -> list(field, node, path);
            case MAP -> map(field, node, path);
            case DOCUMENT -> document(node);
            case NULL -> throw new IllegalStateException("a field of type null at " + path);
        };
    }

    private Object structure(SdkField<?> field, JsonNode node, String path) {
        SdkPojo builder = field.constructor().get();
        readInto(builder, node, path);
        return ((Buildable) builder).build();
    }

    private List<Object> list(SdkField<?> field, JsonNode node, String path) {
        if (!node.isArray()) {
            throw mismatch(node, "a List", path);
        }
        SdkField<?> element = field.getTrait(ListTrait.class).memberFieldInfo();
        List<Object> values = new ArrayList<>(node.size());
        for (JsonNode child : node) {
            values.add(read(element, child, path + "." + (values.size() + 1)));
        }
        return values;
    }

    private Map<String, Object> map(SdkField<?> field, JsonNode node, String path) {
        if (!node.isObject()) {
            throw mismatch(node, "a Map", path);
        }
        SdkField<?> value = field.getTrait(MapTrait.class).valueFieldInfo();
        Map<String, Object> values = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            values.put(entry.getKey(), read(value, entry.getValue(), join(path, entry.getKey())));
        }
        return values;
    }

    private static long integer(JsonNode node, long minimum, long maximum, String path) {
        if (!node.isNumber()) {
            throw mismatch(node, "an Integer", path);
        }
        try {
            long value =
                    node.isIntegralNumber()
                            ? node.bigIntegerValue().longValueExact()
                            : plain(node.decimalValue()).longValueExact();
            if (value >= minimum && value <= maximum) {
                return value;
            }
        } catch (ArithmeticException e) {
            // Has a fraction or is too large: answered below.
        }
        throw ApiFault.serialization(
                "the number at '" + path + "' isn't an integer from " + minimum + " to " + maximum);
    }

    /// Guards against numbers such as 1e999999999, whose digits would fill the memory.
    private static BigDecimal plain(BigDecimal number) {
        if (number.precision() - (long) number.scale() > 40 || number.scale() > 40) {
            throw new ArithmeticException("out of range");
        }
        return number;
    }

    private static double real(JsonNode node, String path) {
        if (node.isNumber()) {
            return node.doubleValue();
        }
        String text = node.isString() ? node.stringValue() : "";
        return switch (text) {
            case "NaN" -> Double.NaN;
            case "Infinity" -> Double.POSITIVE_INFINITY;
            case "-Infinity" -> Double.NEGATIVE_INFINITY;
            default -> throw mismatch(node, "a Double", path);
        };
    }

    private static Instant instant(SdkField<?> field, JsonNode node, String path) {
        Format format = Timestamps.format(field);
        boolean numeric = format == Format.UNIX_TIMESTAMP || format == Format.UNIX_TIMESTAMP_MILLIS;
        try {
            if (numeric && node.isNumber()) {
                BigDecimal number = plain(node.decimalValue());
                return format == Format.UNIX_TIMESTAMP
                        ? Timestamps.ofSeconds(number)
                        : Instant.ofEpochMilli(number.longValueExact());
            }
            if (!numeric && node.isString()) {
                return Timestamps.parse(node.stringValue(), format);
            }
        } catch (DateTimeException | ArithmeticException e) {
            // Answered below.
        }
        throw mismatch(node, "a Timestamp (" + format + ")", path);
    }

    private static SdkBytes bytes(JsonNode node, String path) {
        if (!node.isString()) {
            throw mismatch(node, "a Blob", path);
        }
        try {
            return SdkBytes.fromByteArrayUnsafe(Base64.getDecoder().decode(node.stringValue()));
        } catch (IllegalArgumentException e) {
            throw ApiFault.serialization("the string at '" + path + "' isn't base64");
        }
    }

    private static Document document(JsonNode node) {
        if (node.isObject()) {
            Map<String, Document> members = new LinkedHashMap<>();
            node.properties().forEach(e -> members.put(e.getKey(), document(e.getValue())));
            return Document.fromMap(members);
        }
        if (node.isArray()) {
            List<Document> elements = new ArrayList<>(node.size());
            node.forEach(element -> elements.add(document(element)));
            return Document.fromList(elements);
        }
        if (node.isString()) {
            return Document.fromString(node.stringValue());
        }
        if (node.isBoolean()) {
            return Document.fromBoolean(node.booleanValue());
        }
        if (node.isNumber()) {
            BigDecimal number = node.decimalValue();
            BigInteger integer = node.isIntegralNumber() ? node.bigIntegerValue() : null;
            return integer == null ? Document.fromNumber(number) : Document.fromNumber(integer);
        }
        return Document.fromNull();
    }

    private static String join(String path, String member) {
        return path.isEmpty() ? member : path + "." + member;
    }

    private static ApiFault mismatch(JsonNode node, String wanted, String path) {
        String where = path.isEmpty() ? "the request body" : "'" + path + "'";
        return ApiFault.serialization(
                node.getNodeType() + "_VALUE can not be converted to " + wanted + " at " + where);
    }
}
