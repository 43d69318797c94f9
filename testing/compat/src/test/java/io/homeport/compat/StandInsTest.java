package io.homeport.compat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.Action;
import software.amazon.awssdk.services.iot.model.InvalidRequestException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Rules whose targets have no endpoint: what arrives is kept where people can see it
/// (docs.aws.amazon.com/iot/latest/developerguide/iot-rule-actions.html).
class StandInsTest {
    private static final String ROLE = "arn:aws:iam::000000000000:role/rules";

    private static TestServer server;
    private static IotClient iot;
    private static Mqtt5BlockingClient client;

    @BeforeAll
    static void start() {
        server = TestServer.start();
        iot = server.iot();
        client = Hive.plain(server, "sensor").buildBlocking();
        client.connect();
    }

    @AfterAll
    static void stop() {
        client.disconnect();
        iot.close();
        server.close();
    }

    private static void rule(String name, String sql, Consumer<Action.Builder> action) {
        Action.Builder builder = Action.builder();
        action.accept(builder);
        iot.createTopicRule(r ->
                r.ruleName(name)
                        .topicRulePayload(p ->
                                p.sql(sql)
                                        .awsIotSqlVersion("2016-03-23")
                                        .actions(builder.build())));
    }

    /// The entries that a stand-in has, once there are as many.
    private static List<JsonNode> entries(String target, int count) {
        return Until.present(
                "entries of " + target,
                () -> {
                    List<JsonNode> entries = new ArrayList<>();
                    JsonMapper.shared()
                            .readTree(server.get("/_homeport/aws/" + target).body())
                            .path("entries")
                            .forEach(entries::add);
                    return Optional.of(entries).filter(all -> all.size() >= count);
                });
    }

    /// A value of a stand-in, once it is there.
    private static String value(String target, String key) {
        String path = "/_homeport/aws/" + target + "?key=" + URLEncoder.encode(key, UTF_8);
        return Until.present(
                        key + " in " + target,
                        () -> Optional.of(server.get(path)).filter(a -> a.statusCode() == 200))
                .body();
    }

    /// sqs-rule-action.
    @Test
    void aQueueGetsTheOutputOrItsBase64() {
        String url = "https://sqs.us-east-1.amazonaws.com/000000000000/readings";
        rule(
                "queued",
                "SELECT temperature FROM 'in/queued'",
                a -> a.sqs(s -> s.queueUrl(url).roleArn(ROLE)));
        rule(
                "queued64",
                "SELECT * FROM 'in/queued64'",
                a -> a.sqs(s -> s.queueUrl(url + "64").useBase64(true).roleArn(ROLE)));
        Hive.publish(client, "in/queued", "{\"temperature\": 20, \"b\": 1}");
        Hive.publish(client, "in/queued64", "x");
        assertThat(entries("sqs/readings", 1).getFirst().path("body").asString())
                .isEqualTo("{\"temperature\":20}");
        assertThat(entries("sqs/readings64", 1).getFirst().path("body").asString())
                .isEqualTo("eA==");
        assertThat(
                        server.directory()
                                .resolve("stand-ins/000000000000/us-east-1/sqs/readings.jsonl"))
                .isNotEmptyFile();
        assertThat(server.get("/_homeport/aws").body())
                .contains("\"sqs\":\"stand-in\"")
                .contains("\"name\":\"readings64\"");
        assertThatThrownBy(() ->
                        rule(
                                "fifo",
                                "SELECT * FROM 'x'",
                                a -> a.sqs(s -> s.queueUrl(url + ".fifo").roleArn(ROLE))))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("actions[0].sqs: queueUrl");
    }
}
