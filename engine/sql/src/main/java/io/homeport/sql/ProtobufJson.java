package io.homeport.sql;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Protobuf messages as values, by protobuf's JSON mapping (protobuf.dev, ProtoJSON): names in
/// lowerCamelCase, fields without a value left out, 64-bit integers as texts, bytes in base64,
/// enums by name, and the well-known types in their own forms. Stateless.
final class ProtobufJson {
    private static final String WELL_KNOWN = "google.protobuf.";

    private ProtobufJson() {}

    static Value object(Message message) {
        Value special = wellKnown(message);
        if (special != null) {
            return special;
        }
        Fields.Builder fields = new Fields.Builder();
        for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
            FieldDescriptor field = entry.getKey();
            fields.put(field.getJsonName(), field(field, entry.getValue()));
        }
        return new Value.Obj(fields.build());
    }

    private static Value field(FieldDescriptor field, Object value) {
        if (field.isMapField()) {
            return map((List<?>) value);
        }
        if (field.isRepeated()) {
            List<Value> items = new ArrayList<>();
            for (Object item : (List<?>) value) {
                items.add(single(field, item));
            }
            return new Value.Array(items);
        }
        return single(field, value);
    }

    private static Value map(List<?> entries) {
        Fields.Builder fields = new Fields.Builder();
        for (Object entry : entries) {
            Message message = (Message) entry;
            Descriptor type = message.getDescriptorForType();
            FieldDescriptor value = type.findFieldByNumber(2);
            fields.put(
                    String.valueOf(message.getField(type.findFieldByNumber(1))),
                    single(value, message.getField(value)));
        }
        return new Value.Obj(fields.build());
    }

    private static Value single(FieldDescriptor field, Object value) {
        return switch (field.getType()) {
            case INT64, SINT64, SFIXED64 -> new Value.Text(String.valueOf(value));
            case UINT64, FIXED64 -> new Value.Text(Long.toUnsignedString((Long) value));
            case INT32, SINT32, SFIXED32 -> Numbers.of((Integer) value);
            case UINT32, FIXED32 -> Numbers.of(Integer.toUnsignedLong((Integer) value));
            case BOOL -> Value.Bool.of((Boolean) value);
            case STRING -> new Value.Text((String) value);
            case BYTES ->
                    new Value.Text(
                            Base64.getEncoder().encodeToString(((ByteString) value).toByteArray()));
            case DOUBLE -> real((Double) value);
            case FLOAT -> real((Float) value);
            case ENUM -> enumeration((EnumValueDescriptor) value);
            case MESSAGE, GROUP -> object((Message) value);
        };
    }

    /// Not a number and the infinities are texts.
    private static Value real(double value) {
        return Double.isFinite(value)
                ? Numbers.of(BigDecimal.valueOf(value))
                : new Value.Text(Double.toString(value));
    }

    private static Value real(float value) {
        return Float.isFinite(value)
                ? Numbers.of(new BigDecimal(Float.toString(value)))
                : new Value.Text(Float.toString(value));
    }

    /// A number that has no name stays a number.
    private static Value enumeration(EnumValueDescriptor value) {
        if (value.getType().getFullName().equals(WELL_KNOWN + "NullValue")) {
            return Absent.NULL;
        }
        return value.getIndex() < 0
                ? Numbers.of(value.getNumber())
                : new Value.Text(value.getName());
    }

    /// Null for a message of the ordinary kind.
    private static @Nullable Value wellKnown(Message message) {
        String name = message.getDescriptorForType().getFullName();
        if (!name.startsWith(WELL_KNOWN)) {
            return null;
        }
        return switch (name.substring(WELL_KNOWN.length())) {
            case "Timestamp" -> ProtobufTimes.timestamp(seconds(message), nanos(message));
            case "Duration" -> ProtobufTimes.duration(seconds(message), nanos(message));
            case "FieldMask" -> fieldMask(message);
            case "Struct" -> map((List<?>) message.getField(fieldOf(message, 1)));
            case "ListValue" -> field(fieldOf(message, 1), message.getField(fieldOf(message, 1)));
            case "Value" -> oneOf(message);
            case "DoubleValue",
                    "FloatValue",
                    "Int64Value",
                    "UInt64Value",
                    "Int32Value",
                    "UInt32Value",
                    "BoolValue",
                    "StringValue",
                    "BytesValue" ->
                    single(fieldOf(message, 1), message.getField(fieldOf(message, 1)));
            default -> null;
        };
    }

    private static FieldDescriptor fieldOf(Message message, int number) {
        FieldDescriptor field = message.getDescriptorForType().findFieldByNumber(number);
        if (field == null) {
            throw new ProtobufSchema.Invalid(
                    message.getDescriptorForType().getFullName() + " lacks field " + number);
        }
        return field;
    }

    private static long seconds(Message message) {
        return (Long) message.getField(fieldOf(message, 1));
    }

    private static int nanos(Message message) {
        return (Integer) message.getField(fieldOf(message, 2));
    }

    private static Value oneOf(Message message) {
        for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
            return field(entry.getKey(), entry.getValue());
        }
        return Absent.NULL;
    }

    private static Value fieldMask(Message message) {
        List<String> paths = new ArrayList<>();
        for (Object path : (List<?>) message.getField(fieldOf(message, 1))) {
            paths.add(lowerCamel((String) path));
        }
        return new Value.Text(String.join(",", paths));
    }

    private static String lowerCamel(String path) {
        StringBuilder camel = new StringBuilder();
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c == '_' && i + 1 < path.length()) {
                camel.append(Character.toUpperCase(path.charAt(++i)));
            } else {
                camel.append(c);
            }
        }
        return camel.toString();
    }
}
