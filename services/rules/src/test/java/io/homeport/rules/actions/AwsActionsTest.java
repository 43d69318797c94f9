package io.homeport.rules.actions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.homeport.core.Json;
import io.homeport.core.targets.TargetCall;
import io.homeport.core.targets.TargetFailedException;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.iot.model.Action;
import software.amazon.awssdk.services.iot.model.LocationTimestamp;
import tools.jackson.databind.node.ObjectNode;

/// What each action toward AWS's services makes of a message
/// (docs.aws.amazon.com/iot/latest/developerguide/iot-rule-actions.html).
class AwsActionsTest {
    private static final String ROLE = ActionRig.ROLE;
    private static final long ARRIVED = ActionRig.ARRIVED;

    private final ActionRig rig = new ActionRig();

    private static ObjectNode json(String text) {
        return (ObjectNode) Json.MAPPER.readTree(text);
    }

    @Test
    void sqsSendsTheOutputAsItIsOrAsBase64() throws Exception {
        assertThat(
                        rig.call(
                                a -> a.sqs(s -> s.queueUrl("https://q/${topic(2)}").roleArn(ROLE)),
                                "{}"))
                .isEqualTo(new TargetCall.SendMessage("https://q/lamp", "{}"));
        assertThat(
                        rig.call(
                                a ->
                                        a.sqs(s ->
                                                s.queueUrl("https://q/x")
                                                        .useBase64(true)
                                                        .roleArn(ROLE)),
                                new byte[] {(byte) 0xFF}))
                .isEqualTo(new TargetCall.SendMessage("https://q/x", "/w=="));
    }

    @Test
    void snsPublishesTextOrATextPerProtocol() throws Exception {
        String topic = "arn:aws:sns:eu-west-1:000000000000:alarms";
        assertThat(rig.call(a -> a.sns(s -> s.targetArn(topic).roleArn(ROLE)), "hot"))
                .isEqualTo(new TargetCall.Notify(topic, "hot", false));
        Consumer<Action.Builder> json =
                a -> a.sns(s -> s.targetArn(topic).messageFormat("JSON").roleArn(ROLE));
        assertThat(rig.call(json, "{\"default\": \"hot\"}"))
                .isEqualTo(new TargetCall.Notify(topic, "{\"default\": \"hot\"}", true));
        assertThatThrownBy(() -> rig.call(json, "{\"sqs\": \"hot\"}"))
                .hasMessageContaining("default");
    }

    @Test
    void s3WritesAnObjectUnderAKeyFromTheMessage() throws Exception {
        TargetCall.PutObject put =
                (TargetCall.PutObject)
                        rig.call(
                                a ->
                                        a.s3(s ->
                                                s.bucketName("b")
                                                        .key("${topic()}/${n}")
                                                        .cannedAcl("public-read")
                                                        .roleArn(ROLE)),
                                "{\"n\": 7}");
        assertThat(put.bucket()).isEqualTo("b");
        assertThat(put.key()).isEqualTo("t/lamp/7");
        assertThat(put.cannedAcl()).isEqualTo("public-read");
        assertThat(put.contentType()).isEqualTo("application/json");
        assertThat(put.body()).asString().isEqualTo("{\"n\": 7}");
    }

    /// dynamodb-rule-action: the payload is one column; what isn't JSON is binary.
    @Test
    void dynamoDbWritesThePayloadIntoOneColumn() throws Exception {
        Consumer<Action.Builder> action =
                a ->
                        a.dynamoDB(d ->
                                d.tableName("readings")
                                        .hashKeyField("id")
                                        .hashKeyValue("${topic(2)}")
                                        .rangeKeyField("at")
                                        .rangeKeyValue("${timestamp()}")
                                        .rangeKeyType("NUMBER")
                                        .roleArn(ROLE));
        assertThat(rig.call(action, "{\"a\": [1.50, null, true, \"x\"], \"o\": {}}"))
                .isEqualTo(
                        new TargetCall.PutItem(
                                "readings",
                                json(
                                        """
                                        {"id": {"S": "lamp"}, "at": {"N": "1700000000123"},
                                         "payload": {"M": {
                                           "a": {"L": [{"N": "1.50"}, {"NULL": true},
                                                       {"BOOL": true}, {"S": "x"}]},
                                           "o": {"M": {}}}}}
                                        """),
                                List.of("id", "at")));
        TargetCall.PutItem binary = (TargetCall.PutItem) rig.call(action, new byte[] {(byte) 0xFF});
        assertThat(binary.item().at("/payload/B").asString()).isEqualTo("/w==");
    }

    @Test
    void dynamoDbUpdatesAndDeletesByKey() throws Exception {
        ObjectNode key = json("{\"id\": {\"N\": \"5\"}}");
        for (String operation : List.of("UPDATE", "DELETE")) {
            TargetCall call =
                    rig.call(
                            a ->
                                    a.dynamoDB(d ->
                                            d.tableName("t")
                                                    .hashKeyField("id")
                                                    .hashKeyType("NUMBER")
                                                    .hashKeyValue("${n}")
                                                    .payloadField("p")
                                                    .operation(operation)
                                                    .roleArn(ROLE)),
                            "{\"n\": 5}");
            assertThat(call)
                    .isEqualTo(
                            operation.equals("DELETE")
                                    ? new TargetCall.DeleteItem("t", key)
                                    : new TargetCall.UpdateItem(
                                            "t",
                                            key,
                                            json("{\"p\": {\"M\": {\"n\": {\"N\": \"5\"}}}}")));
        }
    }

    /// dynamodb-v2-rule-action: a column per member, numbers as exact as they came.
    @Test
    void dynamoDbV2WritesAColumnPerMember() throws Exception {
        Consumer<Action.Builder> action =
                a -> a.dynamoDBv2(d -> d.putItem(p -> p.tableName("t")).roleArn(ROLE));
        assertThat(rig.call(action, "{\"id\": \"a\", \"v\": 0.12345678901234567890123}"))
                .isEqualTo(
                        new TargetCall.PutItem(
                                "t",
                                json(
                                        "{\"id\": {\"S\": \"a\"},"
                                                + " \"v\": {\"N\": \"0.12345678901234567890123\"}}"),
                                List.of()));
        assertThatThrownBy(() -> rig.call(action, "[1]")).hasMessageContaining("JSON object");
    }

    @Test
    void kinesisHasAPartitionKeyOfItsOwnWhereNoneIsGiven() throws Exception {
        TargetCall.PutRecord given =
                (TargetCall.PutRecord)
                        rig.call(
                                a ->
                                        a.kinesis(k ->
                                                k.streamName("s")
                                                        .partitionKey("${topic(2)}")
                                                        .roleArn(ROLE)),
                                "x");
        assertThat(given.partitionKey()).isEqualTo("lamp");
        assertThat(given.data()).asString().isEqualTo("x");
        TargetCall.PutRecord drawn =
                (TargetCall.PutRecord)
                        rig.call(a -> a.kinesis(k -> k.streamName("s").roleArn(ROLE)), "x");
        assertThat(drawn.partitionKey()).matches("[0-9a-f-]{36}");
    }

    @Test
    void firehoseAppendsTheSeparatorToEachRecord() throws Exception {
        TargetCall.Load one =
                (TargetCall.Load)
                        rig.call(
                                a ->
                                        a.firehose(f ->
                                                f.deliveryStreamName("d")
                                                        .separator("\n")
                                                        .roleArn(ROLE)),
                                "[1, 2]");
        assertThat(one.records()).extracting(String::new).containsExactly("[1, 2]\n");
        TargetCall.Load batch =
                (TargetCall.Load)
                        rig.call(
                                a ->
                                        a.firehose(f ->
                                                f.deliveryStreamName("d")
                                                        .separator(",")
                                                        .batchMode(true)
                                                        .roleArn(ROLE)),
                                "[1, {\"a\": 2}]");
        assertThat(batch.records()).extracting(String::new).containsExactly("1,", "{\"a\":2},");
    }

    @Test
    void cloudWatchGetsMetricsWithTheirTimeOrThatOfTheMessage() throws Exception {
        Consumer<Action.Builder> timed =
                a ->
                        a.cloudwatchMetric(m ->
                                m.metricName("${topic(2)}")
                                        .metricNamespace("iot")
                                        .metricUnit("Count")
                                        .metricValue("${v}")
                                        .metricTimestamp("1600000000")
                                        .roleArn(ROLE));
        assertThat(rig.call(timed, "{\"v\": 1.5}"))
                .isEqualTo(
                        new TargetCall.PutMetric("iot", "lamp", "Count", 1.5, 1_600_000_000_000L));
        assertThatThrownBy(() -> rig.call(timed, "{\"v\": \"many\"}"))
                .hasMessageContaining("metricValue has to be a number, not 'many'");
        assertThat(
                        rig.call(
                                a ->
                                        a.cloudwatchMetric(m ->
                                                m.metricName("m")
                                                        .metricNamespace("iot")
                                                        .metricUnit("None")
                                                        .metricValue("3")
                                                        .roleArn(ROLE)),
                                "{}"))
                .isEqualTo(new TargetCall.PutMetric("iot", "m", "None", 3, ARRIVED));
    }

    @Test
    void cloudWatchAlarmsAreSet() throws Exception {
        assertThat(
                        rig.call(
                                a ->
                                        a.cloudwatchAlarm(c ->
                                                c.alarmName("fire")
                                                        .stateReason("on ${topic()}")
                                                        .stateValue("${state}")
                                                        .roleArn(ROLE)),
                                "{\"state\": \"ALARM\"}"))
                .isEqualTo(new TargetCall.SetAlarm("fire", "ALARM", "on t/lamp"));
    }

    @Test
    void cloudWatchLogsGetOneEventOrABatchInOrderOfTime() throws Exception {
        assertThat(rig.call(a -> a.cloudwatchLogs(l -> l.logGroupName("g").roleArn(ROLE)), "hello"))
                .isEqualTo(
                        new TargetCall.PutLog(
                                "g", "r", List.of(new TargetCall.LogEvent(ARRIVED, "hello"))));
        Consumer<Action.Builder> batch =
                a -> a.cloudwatchLogs(l -> l.logGroupName("g").batchMode(true).roleArn(ROLE));
        assertThat(
                        rig.call(
                                batch,
                                "[{\"timestamp\": 2, \"message\": \"b\"},"
                                        + " {\"timestamp\": 1, \"message\": \"a\"}]"))
                .isEqualTo(
                        new TargetCall.PutLog(
                                "g",
                                "r",
                                List.of(
                                        new TargetCall.LogEvent(1, "a"),
                                        new TargetCall.LogEvent(2, "b"))));
        assertThatThrownBy(() -> rig.call(batch, "[{\"message\": \"b\"}]"))
                .hasMessageContaining("timestamp");
    }

    @Test
    void stepFunctionsStartAnExecutionOfItsOwnName() throws Exception {
        TargetCall.StartExecution start =
                (TargetCall.StartExecution)
                        rig.call(
                                a ->
                                        a.stepFunctions(s ->
                                                s.stateMachineName("m")
                                                        .executionNamePrefix("run-${topic(2)}-")
                                                        .roleArn(ROLE)),
                                "{}");
        assertThat(start.stateMachine()).isEqualTo("m");
        assertThat(start.input()).isEqualTo("{}");
        assertThat(start.execution()).matches("run-lamp-[0-9a-f-]{36}");
    }

    /// timestream-rule-action, "Timestream record content".
    @Test
    void timestreamGetsAMeasurePerMemberWithItsType() throws Exception {
        Consumer<Action.Builder> topical =
                a ->
                        a.timestream(t ->
                                t.databaseName("d")
                                        .tableName("t")
                                        .dimensions(
                                                software.amazon.awssdk.services.iot.model
                                                        .TimestreamDimension.builder()
                                                        .name("device")
                                                        .value("${topic(2)}")
                                                        .build())
                                        .timestamp(s -> s.value("5").unit("SECONDS"))
                                        .roleArn(ROLE));
        assertThat(
                        rig.call(
                                topical,
                                "{\"i\": 1, \"d\": 1.25, \"b\": true, \"s\": \"x\", \"o\": {\"a\": 1},"
                                        + " \"n\": null}"))
                .isEqualTo(
                        new TargetCall.WriteMeasures(
                                "d",
                                "t",
                                Map.of("device", "lamp"),
                                "5",
                                "SECONDS",
                                List.of(
                                        new TargetCall.Measure("i", "1", "BIGINT"),
                                        new TargetCall.Measure("d", "1.25", "DOUBLE"),
                                        new TargetCall.Measure("b", "true", "BOOLEAN"),
                                        new TargetCall.Measure("s", "x", "VARCHAR"),
                                        new TargetCall.Measure("o", "{\"a\":1}", "VARCHAR"))));
    }

    @Test
    void locationGetsThePositionOfADevice() throws Exception {
        Consumer<Action.Builder> action =
                a ->
                        a.location(l ->
                                l.trackerName("trucks")
                                        .deviceId("${topic(2)}")
                                        .latitude("${lat}")
                                        .longitude("${lon}")
                                        .timestamp(
                                                LocationTimestamp.builder()
                                                        .value("7")
                                                        .unit("SECONDS")
                                                        .build())
                                        .roleArn(ROLE));
        assertThat(rig.call(action, "{\"lat\": 52.5, \"lon\": 13.4}"))
                .isEqualTo(new TargetCall.PutPosition("trucks", "lamp", 52.5, 13.4, 7000));
        assertThatThrownBy(() -> rig.call(action, "{\"lat\": 91, \"lon\": 0}"))
                .hasMessageContaining("latitude has to be a number from -90.0 to 90.0, not '91'");
    }

    @Test
    void openSearchAndElasticsearchIndexADocument() throws Exception {
        List<Consumer<Action.Builder>> both =
                List.of(
                        a ->
                                a.openSearch(o ->
                                        o.endpoint("https://search.example")
                                                .index("readings")
                                                .type("_doc")
                                                .id("${topic(2)}")
                                                .roleArn(ROLE)),
                        a ->
                                a.elasticsearch(o ->
                                        o.endpoint("https://search.example")
                                                .index("readings")
                                                .type("_doc")
                                                .id("${topic(2)}")
                                                .roleArn(ROLE)));
        for (Consumer<Action.Builder> action : both) {
            TargetCall.IndexDocument document = (TargetCall.IndexDocument) rig.call(action, "{}");
            assertThat(document.endpoint()).isEqualTo("https://search.example");
            assertThat(document.index()).isEqualTo("readings");
            assertThat(document.id()).isEqualTo("lamp");
            assertThatThrownBy(() -> rig.call(action, "x")).hasMessageContaining("JSON");
        }
    }

    @Test
    void aTargetThatIsDownIsTriedAgainAndOneThatRefusesIsNot() {
        Consumer<Action.Builder> sqs = a -> a.sqs(s -> s.queueUrl("https://q").roleArn(ROLE));
        rig.targets.failure = TargetFailedException.unavailable("down");
        assertThatThrownBy(() -> rig.call(sqs, "{}"))
                .isInstanceOfSatisfying(
                        ActionFailure.class, e -> assertThat(e.isRetryable()).isTrue());
        rig.targets.failure = TargetFailedException.refused("no such queue");
        assertThatThrownBy(() -> rig.call(sqs, "{}"))
                .isInstanceOfSatisfying(
                        ActionFailure.class, e -> assertThat(e.isRetryable()).isFalse());
    }
}
