package io.homeport.compat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.Action;
import software.amazon.awssdk.services.iot.model.InvalidRequestException;
import software.amazon.awssdk.services.iot.model.TimestreamDimension;
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
        iot.createTopicRule(r ->
                r.ruleName(name)
                        .topicRulePayload(p ->
                                p.sql(sql).awsIotSqlVersion("2016-03-23").actions(action(action))));
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
        String url = QUEUE + "readings";
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

    private static final String QUEUE = "https://sqs.us-east-1.amazonaws.com/000000000000/";

    /// One rule with many actions: each stand-in has what it was sent.
    @Test
    void everyServiceKeepsWhatItIsSent() {
        List<Action> actions =
                List.of(
                        action(a -> a.s3(s -> s.bucketName("b").key("${topic()}").roleArn(ROLE))),
                        action(a ->
                                a.kinesis(k ->
                                        k.streamName("stream").partitionKey("p").roleArn(ROLE))),
                        action(a -> a.firehose(f -> f.deliveryStreamName("load").roleArn(ROLE))),
                        action(a ->
                                a.cloudwatchMetric(m ->
                                        m.metricNamespace("homes/1")
                                                .metricName("heat")
                                                .metricUnit("None")
                                                .metricValue("${v}")
                                                .roleArn(ROLE))),
                        action(a ->
                                a.cloudwatchAlarm(c ->
                                        c.alarmName("fire")
                                                .stateValue("ALARM")
                                                .stateReason("${v}")
                                                .roleArn(ROLE))),
                        action(a -> a.cloudwatchLogs(l -> l.logGroupName("/iot/g").roleArn(ROLE))),
                        action(a -> a.stepFunctions(s -> s.stateMachineName("sm").roleArn(ROLE))),
                        action(a ->
                                a.timestream(t ->
                                        t.databaseName("db")
                                                .tableName("t")
                                                .dimensions(
                                                        TimestreamDimension.builder()
                                                                .name("d")
                                                                .value("1")
                                                                .build())
                                                .roleArn(ROLE))),
                        action(a ->
                                a.location(l ->
                                        l.trackerName("tracker")
                                                .deviceId("truck")
                                                .latitude("1")
                                                .longitude("2")
                                                .roleArn(ROLE))),
                        action(a ->
                                a.openSearch(o ->
                                        o.endpoint("https://x.us-east-1.es.amazonaws.com")
                                                .index("i")
                                                .type("_doc")
                                                .id("1")
                                                .roleArn(ROLE))));
        iot.createTopicRule(r ->
                r.ruleName("everything")
                        .topicRulePayload(p -> p.sql("SELECT * FROM 'all/x'").actions(actions)));
        Hive.publish(client, "all/x", "{\"v\": 9}");
        assertThat(value("s3/b", "all/x")).isEqualTo("{\"v\": 9}");
        assertThat(entries("kinesis/stream", 1).getFirst().path("data").asString())
                .isEqualTo("{\"v\": 9}");
        assertThat(entries("firehose/load", 1).getFirst().path("data").asString())
                .isEqualTo("{\"v\": 9}");
        assertThat(entries("cloudwatch/metrics%20homes%2F1", 1).getFirst().path("value").asInt())
                .isEqualTo(9);
        assertThat(entries("cloudwatch/alarm%20fire", 1).getFirst().path("state").asString())
                .isEqualTo("ALARM");
        assertThat(entries("logs/%2Fiot%2Fg", 1).getFirst().path("message").asString())
                .isEqualTo("{\"v\": 9}");
        assertThat(entries("stepfunctions/sm", 1).getFirst().path("input").asString())
                .isEqualTo("{\"v\": 9}");
        assertThat(entries("timestream/db.t", 1).getFirst().at("/measures/0/type").asString())
                .isEqualTo("BIGINT");
        assertThat(entries("location/tracker", 1).getFirst().path("deviceId").asString())
                .isEqualTo("truck");
        assertThat(value("opensearch/i", "1")).isEqualTo("{\"v\": 9}");
    }

    private static Action action(Consumer<Action.Builder> made) {
        return Action.builder().applyMutation(made).build();
    }

    /// iot-sql-functions, get_dynamodb and get_registry_data: what one rule wrote, another reads.
    @Test
    void rulesReadWhatStandInsAndTheRegistryHave() throws Exception {
        iot.createThing(r ->
                r.thingName("lamp").attributePayload(a -> a.attributes(Map.of("room", "kitchen"))));
        rule(
                "kept",
                "SELECT * FROM 'in/kept/+'",
                a ->
                        a.dynamoDB(d ->
                                d.tableName("lamps")
                                        .hashKeyField("id")
                                        .hashKeyValue("${topic(3)}")
                                        .payloadField("last")
                                        .roleArn(ROLE)));
        rule(
                "asking",
                "SELECT get_dynamodb('lamps', 'id', topic(3), '"
                        + ROLE
                        + "').last.v AS v, get_registry_data('DescribeThing', topic(3), '"
                        + ROLE
                        + "').attributes.room AS room, get_secret('door', 'SecretString', 'code', '"
                        + ROLE
                        + "') AS code FROM 'in/asking/+'",
                a -> a.republish(r -> r.topic("out/asking").roleArn(ROLE)));
        Hive.publish(client, "in/kept/lamp", "{\"v\": 1}");
        Hive.publish(client, "in/kept/lamp", "{\"v\": 2.5}");
        Until.present(
                "item",
                () -> Optional.of(value("dynamodb/lamps", "lamp")).filter(i -> i.contains("2.5")));
        server.operator(
                "PUT", "/_homeport/aws/secretsmanager/secrets?key=door", "{\"code\": \"1234\"}");
        Inbox<Mqtt5Publish> inbox = Hive.subscribe(client, "out/asking");
        Hive.publish(client, "in/asking/lamp", "{}");
        assertThat(Hive.payload(inbox.next()))
                .isEqualTo("{\"v\":2.5,\"room\":\"kitchen\",\"code\":\"1234\"}");
    }

    /// dynamodb-v2-rule-action: the payload has to have the table's key.
    @Test
    void aTableWhoseKeyIsKnownKeepsOneItemPerKey() {
        server.operator("PUT", "/_homeport/aws/dynamodb/v2", "{\"keys\": [\"id\", \"n\"]}");
        rule(
                "v2",
                "SELECT * FROM 'in/v2'",
                a -> a.dynamoDBv2(d -> d.putItem(p -> p.tableName("v2")).roleArn(ROLE)));
        Hive.publish(client, "in/v2", "{\"id\": \"a\", \"n\": 1, \"x\": 1}");
        Hive.publish(client, "in/v2", "{\"id\": \"a\", \"n\": 1, \"x\": 2}");
        Hive.publish(client, "in/v2", "{\"id\": \"a\"}");
        Hive.publish(client, "in/v2", "{\"id\": \"b/c\", \"n\": 1}");
        assertThat(value("dynamodb/v2", "b%2Fc/1")).contains("b/c");
        assertThat(value("dynamodb/v2", "a/1")).contains("\"x\":{\"N\":\"2\"}");
        assertThat(server.get("/_homeport/rules").body())
                .contains("the item has no text or number in its key attribute n");
    }

    /// sns-rule-action: webhook, queue and MQTT topic get what is published.
    @Test
    void subscribersOfATopicGetWhatIsPublished() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        try (Receiver receiver = new Receiver()) {
            // Busy at first: it is tried again.
            receiver.answer(_ -> new Receiver.Answer(calls.incrementAndGet() == 1 ? 503 : 204, ""));
            String base = "/_homeport/aws/sns/alarms/subscriptions";
            String url = receiver.url("/hook");
            for (String subscription :
                    List.of(
                            "{\"protocol\": \"http\", \"endpoint\": \"" + url + "\"}",
                            "{\"protocol\": \"mqtt\", \"endpoint\": \"alarms/all\"}",
                            "{\"protocol\": \"sqs\", \"raw\": true, \"endpoint\":"
                                    + " \"arn:aws:sqs:us-east-1:000000000000:alarms\"}")) {
                assertThat(server.post(base, subscription).statusCode()).isEqualTo(200);
            }
            assertThat(server.post(base, "{\"protocol\": \"email\", \"endpoint\": \"a@b\"}").body())
                    .contains("--smtp-url");
            Inbox<Mqtt5Publish> inbox = Hive.subscribe(client, "alarms/all");
            rule(
                    "alarming",
                    "SELECT * FROM 'in/alarming'",
                    a ->
                            a.sns(s ->
                                    s.targetArn("arn:aws:sns:us-east-1:000000000000:alarms")
                                            .roleArn(ROLE)));
            Hive.publish(client, "in/alarming", "fire");
            assertThat(Hive.payload(inbox.next())).isEqualTo("fire");
            assertThat(entries("sqs/alarms", 1).getFirst().path("body").asString())
                    .isEqualTo("fire");
            assertThat(entries("sns/alarms", 1).getFirst().path("message").asString())
                    .isEqualTo("fire");
            JsonNode envelope = receiver.requests.next(2).getLast().json();
            assertThat(envelope.path("Type").asString()).isEqualTo("Notification");
            assertThat(envelope.path("Message").asString()).isEqualTo("fire");
            assertThat(envelope.path("TopicArn").asString()).endsWith(":alarms");
        }
    }

    @Test
    void whatIsKeptCanBeForgotten() {
        rule(
                "forgotten",
                "SELECT * FROM 'in/forgotten'",
                a -> a.sqs(s -> s.queueUrl(QUEUE + "forgotten").roleArn(ROLE)));
        Hive.publish(client, "in/forgotten", "1");
        entries("sqs/forgotten", 1);
        assertThat(server.operator("DELETE", "/_homeport/aws/sqs/forgotten", "").statusCode())
                .isEqualTo(200);
        assertThat(server.get("/_homeport/aws/sqs/forgotten").statusCode()).isEqualTo(404);
        assertThat(server.get("/_homeport/aws/sqs/never").body()).contains("sqs has no never");
        assertThat(server.get("/_homeport/aws/nosuch/x").body()).contains("no service nosuch");
    }
}
