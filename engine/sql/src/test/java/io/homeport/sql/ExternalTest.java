package io.homeport.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Functions that ask from outside (iot-sql-functions), against a hand-written outside that records
/// what it is asked.
class ExternalTest {
    private static final class Outside implements ExternalFunctions {
        final List<String> asked = new ArrayList<>();

        private byte[] answer(String question, String json) {
            asked.add(question);
            if (question.contains("broken")) {
                throw new ExternalCallFailed(question, "it", "it is broken");
            }
            return json.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public byte[] lambda(String functionArn, byte[] input) {
            String text = new String(input, StandardCharsets.UTF_8);
            String json = functionArn.equals("text") ? "oops" : "{\"got\":" + text + "}";
            return answer("lambda " + functionArn + " " + text, json);
        }

        @Override
        public byte[] thingShadow(String thingName, @Nullable String shadow, String roleArn) {
            return answer(
                    "shadow " + thingName + " " + shadow + " " + roleArn,
                    "{\"state\":{\"reported\":{\"alarm\":\"ON\"}}}");
        }

        @Override
        public Optional<byte[]> dynamoItem(
                String table, KeyValue key, @Nullable KeyValue sort, String roleArn) {
            byte[] item = answer("item " + table + " " + key + " " + sort, "{\"location\":\"x\"}");
            return key.value().equals("none") ? Optional.empty() : Optional.of(item);
        }

        @Override
        public byte[] registryData(String operation, String thingName, String roleArn) {
            return answer(
                    "registry " + operation + " " + thingName, "{\"thingTypeName\":\"lamp\"}");
        }

        @Override
        public Secret secret(String secretId, String roleArn) {
            byte[] text = answer("secret " + secretId, "{\"user\":\"me\",\"n\":1}");
            return switch (secretId) {
                case "binary" -> new Secret(null, new byte[] {1, 2, 3});
                case "plain" -> new Secret("pass", null);
                default -> new Secret(new String(text, StandardCharsets.UTF_8), null);
            };
        }

        @Override
        public byte[] predict(String modelId, String roleArn, Map<String, String> record) {
            return answer("predict " + modelId + " " + record, "{\"predictedLabel\":\"1\"}");
        }

        @Override
        public ProtobufSchema protobufSchema(String bucket, String key) {
            throw new ExternalCallFailed("decode", bucket + "/" + key, "it isn't there");
        }
    }

    private final Outside outside = new Outside();

    private SqlResult evaluate(String sql) {
        String payload = "{\"id\":\"d1\",\"n\":5,\"o\":{\"k\":{\"l\":[1]},\"m\":0}}";
        return SqlStatement.parse(sql, Sql.V2)
                .evaluate(Sql.environment(Sql.message(payload), outside));
    }

    private String value(String expression) {
        return Sql.output(evaluate("SELECT VALUE " + expression + " FROM 'a'"));
    }

    @Test
    void aLambdaGetsJsonAndGivesJson() {
        assertThat(value("aws_lambda('arn', {'payload': id}).got.payload")).isEqualTo("\"d1\"");
        assertThat(value("aws_lambda('arn', *).got.n")).isEqualTo("5");
        assertThat(outside.asked)
                .containsExactly(
                        "lambda arn {\"payload\":\"d1\"}",
                        "lambda arn {\"id\":\"d1\",\"n\":5,\"o\":{\"k\":{\"l\":[1]},\"m\":0}}");
    }

    @Test
    void shadowsItemsThingsSecretsAndPredictionsAreAsked() {
        assertThat(value("get_thing_shadow('t', 'role').state.reported.alarm")).isEqualTo("\"ON\"");
        assertThat(value("get_thing_shadow(id, 's', 'role').state.reported.alarm"))
                .isEqualTo("\"ON\"");
        assertThat(value("get_dynamodb('T', 'pk', id, 'role').location")).isEqualTo("\"x\"");
        assertThat(value("get_dynamodb('T', 'pk', id, 'sk', n, 'role').location"))
                .isEqualTo("\"x\"");
        assertThat(value("get_registry_data('DescribeThing', id, 'role').thingTypeName"))
                .isEqualTo("\"lamp\"");
        assertThat(value("machinelearning_predict('m', 'role', o).predictedLabel"))
                .isEqualTo("\"1\"");
        assertThat(outside.asked)
                .containsExactly(
                        "shadow t null role",
                        "shadow d1 s role",
                        "item T KeyValue[name=pk, value=d1, number=false] null",
                        "item T KeyValue[name=pk, value=d1, number=false]"
                                + " KeyValue[name=sk, value=5, number=true]",
                        "registry DescribeThing d1",
                        "predict m {k={\"l\":[1]}, m=0}");
    }

    @Test
    void aSecretIsTextJsonOrBinary() {
        assertThat(value("get_secret('s', 'SecretString', 'user', 'r')")).isEqualTo("\"me\"");
        assertThat(value("get_secret('s', 'SecretString', 'r').n")).isEqualTo("1");
        assertThat(value("get_secret('plain', 'SecretString', 'r')")).isEqualTo("\"pass\"");
        assertThat(value("get_secret('binary', 'SecretBinary', 'r')")).isEqualTo("\"AQID\"");
        for (String failing :
                new String[] {
                    "get_secret('s', 'SecretString', 'nokey', 'r')",
                    "get_secret('plain', 'SecretString', 'user', 'r')",
                    "get_secret('binary', 'SecretBinary', 'user', 'r')",
                    "get_secret('binary', 'SecretString', 'r')",
                    "get_secret('s', 'SecretBinary', 'r')",
                }) {
            assertThat(evaluate("SELECT VALUE " + failing))
                    .as(failing)
                    .isInstanceOf(SqlResult.Failed.class);
        }
    }

    @Test
    void aFailedCallEndsTheRuleUnlessADefaultIsAroundIt() {
        SqlResult failed = evaluate("SELECT get_thing_shadow('broken', 'r') AS s FROM 'a'");
        assertThat(failed).isInstanceOf(SqlResult.Failed.class);
        assertThat(((SqlResult.Failed) failed).cause())
                .isInstanceOf(ExternalCallFailed.class)
                .hasMessageContaining("it is broken");
        assertThat(
                        Sql.output(
                                evaluate(
                                        "SELECT get_or_default(get_thing_shadow('broken', 'r'))"
                                                + " AS s FROM 'a'")))
                .isEqualTo("{}");
        assertThat(value("get_or_default(aws_lambda('text', id), {'mode': 'standard'})"))
                .isEqualTo("{\"mode\":\"standard\"}");
        assertThat(value("get_or_default((SELECT VALUE aws_lambda('text', l) FROM o.k)," + " id)"))
                .isEqualTo("\"d1\"");
    }

    @Test
    void anArgumentThatIsNotThereAsksNobody() {
        assertThat(value("get_dynamodb('T', 'pk', missing, 'role')")).isEmpty();
        assertThat(value("get_thing_shadow(null, 'role')")).isEmpty();
        assertThat(value("aws_lambda('arn', missing)")).isEmpty();
        assertThat(value("aws_lambda(n, id)")).isEmpty();
        assertThat(value("machinelearning_predict('m', 'r', n)")).isEmpty();
        assertThat(outside.asked).isEmpty();
        assertThat(value("get_dynamodb('T', 'pk', 'none', 'role')")).isEmpty();
        assertThat(outside.asked).hasSize(1);
    }

    /// iot-sql-set: a variable keeps a result, for SELECT and WHERE.
    @Test
    void aVariableAsksOnce() {
        String sql =
                "SET @item = get_dynamodb('T', 'pk', id, 'r') SELECT @item.location, @item AS i"
                        + " FROM 'a' WHERE @item.location = 'x'";
        assertThat(Sql.output(evaluate(sql)))
                .isEqualTo("{\"location\":\"x\",\"i\":{\"location\":\"x\"}}");
        assertThat(outside.asked).hasSize(1);
    }

    @Test
    void nobodyIsAskedWhereWhereRefuses() {
        String sql = "SELECT aws_lambda('a', id) AS x WHERE n > 5 AND aws_lambda('b', id).got = 1";
        assertThat(evaluate(sql)).isEqualTo(SqlResult.NoMatch.NO_MATCH);
        assertThat(outside.asked).isEmpty();
    }

    @Test
    void aStatementSaysWhatItAsks() {
        SqlStatement statement =
                SqlStatement.parse(
                        "SELECT aws_lambda('a', b) AS b, get_or_default(aws_lambda('a', c)) AS c,"
                                + " decode(*, 'proto', 'b', 'k', 'f', 'M') AS d FROM 'a'",
                        Sql.V2);
        assertThat(statement.external()).isTrue();
        assertThat(statement.externalCalls()).isEqualTo(Map.of("aws_lambda", 2, "decode", 1));
        assertThat(SqlStatement.parse("SELECT decode(a, 'base64') AS b", Sql.V2).external())
                .isFalse();
    }
}
