package io.homeport.sql;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.core.AccountId;
import io.homeport.core.MessageProperties;
import io.homeport.core.Profile;
import io.homeport.core.UserProperty;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;

/// What the tests of this package evaluate with.
final class Sql {
    static final SqlVersion V1 = SqlVersion.V2015_10_08;
    static final SqlVersion V2 = SqlVersion.V2016_03_23;
    static final SqlLimits LIMITS = SqlLimits.of(Profile.AWS);
    static final String TOPIC = "things/myThings/thingOne";
    static final MessageProperties PROPERTIES =
            new MessageProperties(
                    1,
                    null,
                    "text/plain",
                    "answers/1",
                    new byte[] {1, 2, 3},
                    List.of(
                            new UserProperty("some key", "some value"),
                            new UserProperty("other key", "a different value"),
                            new UserProperty("some key", "value with duplicate key")));
    static final SqlMessage.Sender SENDER =
            new SqlMessage.Sender(
                    "client-1",
                    "ba67293af50bf2506f5f93469686da660c7c844e7b3950bfb16813e0d31e9373",
                    "192.158.1.38",
                    "12345678-1234-1234-1234-123456789012");

    private Sql() {}

    static SqlMessage message(String payload) {
        return message(payload.getBytes(StandardCharsets.UTF_8), TOPIC);
    }

    static SqlMessage message(byte[] payload, String topic) {
        return new SqlMessage(
                payload,
                topic,
                new AccountId("123456789012"),
                1_481_825_251_155L,
                SENDER,
                PROPERTIES);
    }

    static Environment environment(SqlMessage message) {
        return environment(message, ExternalFunctions.NONE);
    }

    static Environment environment(SqlMessage message, ExternalFunctions external) {
        return new Environment(message, external, new SplittableRandom(42), LIMITS);
    }

    /// The output of a statement; fails where there is none.
    static String output(SqlResult result) {
        assertThat(result).isInstanceOf(SqlResult.Output.class);
        return new String(((SqlResult.Output) result).bytes(), StandardCharsets.UTF_8);
    }

    static String select(SqlVersion version, String payload, String sql) {
        return output(SqlStatement.parse(sql, version).evaluate(environment(message(payload))));
    }

    /// What an expression comes to, as JSON; "Undefined" where it is that.
    static String value(SqlVersion version, String payload, String expression) {
        String json = select(version, payload, "SELECT " + expression + " AS v");
        return json.equals("{}") ? "Undefined" : json.substring(5, json.length() - 1);
    }
}
