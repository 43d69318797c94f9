package io.homeport.sql;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/// encode and decode (iot-sql-encode-payload, iot-sql-decode-base64). What `*` stands for, the raw
/// payload, has functions of its own, since it need not be a value. Stateless.
final class CodecFunctions {
    private static final SqlVersion V2 = SqlVersion.V2016_03_23;

    static final Function ENCODE_PAYLOAD =
            new Function(
                    "encode", 2, 2, V2, false, false, (_, e) -> base64(e.message().payload(), e));
    static final Function DECODE_PAYLOAD =
            new Function(
                    "decode",
                    2,
                    2,
                    V2,
                    false,
                    false,
                    (_, e) -> {
                        String text = asText(e.message().payload());
                        return text == null ? Absent.NULL : fromBase64(text, e);
                    });
    static final Function DECODE_PROTO =
            new Function("decode", 6, 6, V2, false, true, CodecFunctions::decodeProto);
    static final Function DECODE_PROTO_PAYLOAD =
            new Function(
                    "decode",
                    6,
                    6,
                    V2,
                    false,
                    true,
                    (a, e) -> decodeProto(e.message().payload(), a, e));

    private CodecFunctions() {}

    static void addTo(Functions table) {
        table.pure("encode", 2, 2, V2, CodecFunctions::encode);
        table.pure("decode", 2, 6, V2, CodecFunctions::decode);
    }

    private static Value encode(Value[] a, Environment environment) {
        String text = Values.text(a[0], environment);
        return text == null
                ? Absent.UNDEFINED
                : base64(text.getBytes(StandardCharsets.UTF_8), environment);
    }

    private static Value base64(byte[] bytes, Environment environment) {
        environment.checkSize((bytes.length + 2L) / 3 * 4);
        return new Value.Text(Base64.getEncoder().encodeToString(bytes));
    }

    private static Value decode(Value[] a, Environment environment) {
        return fromBase64(Values.text(a[0], environment), environment);
    }

    /// JSON where the decoded text is JSON, else the text; Null where it can't be decoded.
    private static Value fromBase64(@Nullable String text, Environment environment) {
        if (text == null) {
            return Absent.UNDEFINED;
        }
        byte[] bytes = bytes(text);
        if (bytes == null) {
            return Absent.NULL;
        }
        environment.checkSize(bytes.length);
        Value json = JsonReader.read(bytes);
        if (json != null) {
            return json;
        }
        String decoded = asText(bytes);
        return decoded == null ? Absent.NULL : new Value.Text(decoded);
    }

    private static byte @Nullable [] bytes(String base64) {
        try {
            return Base64.getDecoder().decode(base64.getBytes(StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /// Null where it isn't UTF-8.
    private static @Nullable String asText(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    private static Value decodeProto(Value[] a, Environment environment) {
        String text = Values.text(a[0], environment);
        if (text == null) {
            return Absent.UNDEFINED;
        }
        byte[] bytes = bytes(text);
        return bytes == null ? Absent.NULL : decodeProto(bytes, a, environment);
    }

    private static Value decodeProto(byte[] bytes, Value[] a, Environment environment) {
        String[] names = new String[4];
        for (int i = 0; i < names.length; i++) {
            String name = Values.text(a[i + 2], environment);
            if (name == null) {
                return Absent.UNDEFINED;
            }
            names[i] = name;
        }
        environment.checkSize(bytes.length);
        ProtobufSchema schema = environment.external().protobufSchema(names[0], names[1]);
        Value value;
        try {
            value = schema.decode(bytes, names[2], names[3]);
        } catch (ProtobufSchema.Invalid e) {
            throw new ExternalCallFailed("decode", names[0] + "/" + names[1], e.problem());
        }
        environment.json(value, environment.limits().functionBytes());
        return value;
    }
}
