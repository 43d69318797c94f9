package io.homeport.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumValueDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.DescriptorProtos.MessageOptions;
import com.google.protobuf.Duration;
import com.google.protobuf.DurationProto;
import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.StructProto;
import com.google.protobuf.Timestamp;
import com.google.protobuf.TimestampProto;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// decode with 'proto' (binary-payloads), and protobuf's JSON mapping (protobuf.dev, ProtoJSON).
/// Messages are written field by field, so that nothing here shares code with what reads them.
class ProtobufTest {
    private static final ProtobufSchema SCHEMA = ProtobufSchema.parse(descriptors(true));

    private static FieldDescriptorProto.Builder field(
            String name, int number, FieldDescriptorProto.Type type) {
        return FieldDescriptorProto.newBuilder()
                .setName(name)
                .setNumber(number)
                .setType(type)
                .setLabel(FieldDescriptorProto.Label.LABEL_OPTIONAL);
    }

    private static FieldDescriptorProto.Builder field(String name, int number, String type) {
        return field(name, number, FieldDescriptorProto.Type.TYPE_MESSAGE).setTypeName(type);
    }

    private static byte[] descriptors(boolean imports) {
        DescriptorProto entry =
                DescriptorProto.newBuilder()
                        .setName("TagsEntry")
                        .setOptions(MessageOptions.newBuilder().setMapEntry(true))
                        .addField(field("key", 1, FieldDescriptorProto.Type.TYPE_STRING))
                        .addField(field("value", 2, FieldDescriptorProto.Type.TYPE_INT32))
                        .build();
        DescriptorProto reading =
                DescriptorProto.newBuilder()
                        .setName("Reading")
                        .addField(field("sensor_id", 1, FieldDescriptorProto.Type.TYPE_STRING))
                        .addField(field("value", 2, FieldDescriptorProto.Type.TYPE_DOUBLE))
                        .addField(field("total", 3, FieldDescriptorProto.Type.TYPE_UINT64))
                        .addField(field("raw", 4, FieldDescriptorProto.Type.TYPE_BYTES))
                        .addField(
                                field("kind", 5, FieldDescriptorProto.Type.TYPE_ENUM)
                                        .setTypeName(".plant.Kind"))
                        .addField(
                                field("history", 6, FieldDescriptorProto.Type.TYPE_SINT32)
                                        .setLabel(FieldDescriptorProto.Label.LABEL_REPEATED))
                        .addField(
                                field("tags", 7, ".plant.Reading.TagsEntry")
                                        .setLabel(FieldDescriptorProto.Label.LABEL_REPEATED))
                        .addField(field("inner", 8, ".plant.Reading.Inner"))
                        .addField(field("at", 9, ".google.protobuf.Timestamp"))
                        .addField(field("took", 10, ".google.protobuf.Duration"))
                        .addField(field("extra", 11, ".google.protobuf.Struct"))
                        .addField(field("ratio", 12, FieldDescriptorProto.Type.TYPE_FLOAT))
                        .addField(field("ok", 13, FieldDescriptorProto.Type.TYPE_BOOL))
                        .addField(field("code", 14, FieldDescriptorProto.Type.TYPE_FIXED32))
                        .addNestedType(entry)
                        .addNestedType(
                                DescriptorProto.newBuilder()
                                        .setName("Inner")
                                        .addField(
                                                field(
                                                        "deep",
                                                        1,
                                                        FieldDescriptorProto.Type.TYPE_INT64)))
                        .build();
        FileDescriptorProto file =
                FileDescriptorProto.newBuilder()
                        .setName("myproto.proto")
                        .setPackage("plant")
                        .setSyntax("proto3")
                        .addDependency("google/protobuf/timestamp.proto")
                        .addDependency("google/protobuf/duration.proto")
                        .addDependency("google/protobuf/struct.proto")
                        .addEnumType(
                                EnumDescriptorProto.newBuilder()
                                        .setName("Kind")
                                        .addValue(value("KIND_NORMAL", 0))
                                        .addValue(value("KIND_ALARM", 1)))
                        .addMessageType(reading)
                        .build();
        FileDescriptorSet.Builder set = FileDescriptorSet.newBuilder().addFile(file);
        if (imports) {
            set.addFile(TimestampProto.getDescriptor().toProto())
                    .addFile(DurationProto.getDescriptor().toProto())
                    .addFile(StructProto.getDescriptor().toProto());
        }
        return set.build().toByteArray();
    }

    private static EnumValueDescriptorProto value(String name, int number) {
        return EnumValueDescriptorProto.newBuilder().setName(name).setNumber(number).build();
    }

    private static byte[] reading() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        out.writeString(1, "s-1");
        out.writeDouble(2, 72.5);
        out.writeUInt64(3, -1);
        out.writeByteArray(4, new byte[] {(byte) 0xFF, 0});
        out.writeEnum(5, 1);
        out.writeSInt32(6, -3);
        out.writeSInt32(6, 4);
        out.writeByteArray(7, new byte[] {0x0A, 1, 'a', 0x10, 7});
        out.writeByteArray(8, new byte[] {0x08, 5});
        out.writeMessage(9, Timestamp.newBuilder().setSeconds(1).setNanos(500_000_000).build());
        out.writeMessage(10, Duration.newBuilder().setSeconds(-2).setNanos(-1_000).build());
        out.writeMessage(
                11,
                Struct.newBuilder()
                        .putFields(
                                "n",
                                com.google.protobuf.Value.newBuilder().setNumberValue(1.5).build())
                        .putFields(
                                "z",
                                com.google.protobuf.Value.newBuilder()
                                        .setNullValue(NullValue.NULL_VALUE)
                                        .build())
                        .build());
        out.writeFloat(12, Float.NaN);
        out.writeBool(13, true);
        out.writeFixed32(14, -1);
        out.writeUInt32(99, 1);
        out.flush();
        return bytes.toByteArray();
    }

    private static final String READING =
            "{\"sensorId\":\"s-1\",\"value\":72.5,\"total\":\"18446744073709551615\","
                    + "\"raw\":\"/wA=\",\"kind\":\"KIND_ALARM\",\"history\":[-3,4],"
                    + "\"tags\":{\"a\":7},\"inner\":{\"deep\":\"5\"},"
                    + "\"at\":\"1970-01-01T00:00:01.500Z\",\"took\":\"-2.000001s\","
                    + "\"extra\":{\"n\":1.5,\"z\":null},\"ratio\":\"NaN\",\"ok\":true,"
                    + "\"code\":4294967295}";

    /// Hands out the schema for one bucket and key, and fails for any other.
    private static final class Bucket implements ExternalFunctions {
        private int asked;

        @Override
        public ProtobufSchema protobufSchema(String bucket, String key) {
            asked++;
            if (bucket.equals("s3-bucket") && key.equals("messageformat.desc")) {
                return SCHEMA;
            }
            throw new ExternalCallFailed("decode", bucket + "/" + key, "no such object");
        }

        @Override
        public byte[] lambda(String functionArn, byte[] input) {
            return NONE.lambda(functionArn, input);
        }

        @Override
        public byte[] thingShadow(String thing, @Nullable String shadow, String roleArn) {
            return NONE.thingShadow(thing, shadow, roleArn);
        }

        @Override
        public Optional<byte[]> dynamoItem(
                String table, KeyValue key, @Nullable KeyValue sort, String roleArn) {
            return NONE.dynamoItem(table, key, sort, roleArn);
        }

        @Override
        public byte[] registryData(String operation, String thing, String roleArn) {
            return NONE.registryData(operation, thing, roleArn);
        }

        @Override
        public Secret secret(String secretId, String roleArn) {
            return NONE.secret(secretId, roleArn);
        }

        @Override
        public byte[] predict(String modelId, String roleArn, Map<String, String> record) {
            return NONE.predict(modelId, roleArn, record);
        }
    }

    private static SqlResult evaluate(String sql, byte[] payload, Bucket bucket) {
        return SqlStatement.parse(sql, Sql.V2)
                .evaluate(Sql.environment(Sql.message(payload, "t"), bucket));
    }

    @Test
    void aBinaryPayloadBecomesJson() throws IOException {
        String sql =
                "SELECT VALUE decode(*, 'proto', 's3-bucket', 'messageformat.desc', 'myproto',"
                        + " 'Reading') FROM 'some/topic'";
        assertThat(Sql.output(evaluate(sql, reading(), new Bucket()))).isEqualTo(READING);
    }

    /// iot-sql-set: the payload in base64, the file with its extension, the type with its package.
    @Test
    void anEncodedPayloadIsDecodedOnceForAVariable() throws IOException {
        Bucket bucket = new Bucket();
        String sql =
                "SET @d = decode(encode(*, 'base64'), 'proto', 's3-bucket', 'messageformat.desc',"
                        + " 'myproto.proto', 'plant.Reading') SELECT @d.sensorId, @d.value FROM 't'"
                        + " WHERE @d.value > 72";
        assertThat(Sql.output(evaluate(sql, reading(), bucket)))
                .isEqualTo("{\"sensorId\":\"s-1\",\"value\":72.5}");
        assertThat(bucket.asked).isEqualTo(1);
    }

    @Test
    void aFieldInBase64IsDecoded() throws IOException {
        String encoded = Base64.getEncoder().encodeToString(reading());
        String sql =
                "SELECT decode(a.b, 'proto', 's3-bucket', 'messageformat.desc', 'myproto',"
                        + " 'Reading').kind AS kind FROM 't'";
        byte[] payload = ("{\"a\":{\"b\":\"" + encoded + "\"}}").getBytes(StandardCharsets.UTF_8);
        assertThat(Sql.output(evaluate(sql, payload, new Bucket())))
                .isEqualTo("{\"kind\":\"KIND_ALARM\"}");
    }

    @Test
    void whatCanNotBeDecodedEndsTheRule() throws IOException {
        assertFails(
                "'s3-bucket', 'messageformat.desc', 'myproto', 'Nothing'", "no message Nothing");
        assertFails("'s3-bucket', 'messageformat.desc', 'other', 'Reading'", "file other.proto");
        assertFails("'s3-bucket', 'gone.desc', 'myproto', 'Reading'", "no such object");
        SqlResult broken =
                evaluate(
                        "SELECT VALUE decode(*, 'proto', 's3-bucket', 'messageformat.desc',"
                                + " 'myproto', 'Reading')",
                        new byte[] {0x0A, 99},
                        new Bucket());
        assertThat(((SqlResult.Failed) broken).cause())
                .hasMessageContaining("no message of type plant.Reading");
    }

    private static void assertFails(String arguments, String reason) throws IOException {
        SqlResult result =
                evaluate(
                        "SELECT VALUE decode(*, 'proto', " + arguments + ")",
                        reading(),
                        new Bucket());
        assertThat(result).isInstanceOf(SqlResult.Failed.class);
        assertThat(((SqlResult.Failed) result).cause()).hasMessageContaining(reason);
    }

    @Test
    void aDescriptorSetMustBeOneAndWhole() {
        assertThatThrownBy(() -> ProtobufSchema.parse(new byte[] {1, 2, 3}))
                .isInstanceOf(ProtobufSchema.Invalid.class)
                .hasMessageContaining("no FileDescriptorSet");
        assertThatThrownBy(() -> ProtobufSchema.parse(new byte[33 << 10]))
                .isInstanceOf(ProtobufSchema.Invalid.class)
                .hasMessageContaining("more than 32768");
        assertThatThrownBy(() -> ProtobufSchema.parse(descriptors(false)))
                .isInstanceOf(ProtobufSchema.Invalid.class)
                .hasMessageContaining("--include_imports");
        byte[] circle =
                FileDescriptorSet.newBuilder()
                        .addFile(
                                FileDescriptorProto.newBuilder()
                                        .setName("a.proto")
                                        .addDependency("a.proto"))
                        .build()
                        .toByteArray();
        assertThatThrownBy(() -> ProtobufSchema.parse(circle))
                .isInstanceOf(ProtobufSchema.Invalid.class)
                .hasMessageContaining("circle");
    }
}
