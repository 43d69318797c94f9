package io.homeport.rules.actions;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.services.iot.model.Action;
import software.amazon.awssdk.services.iot.model.LocationTimestamp;

/// What is wrong with an action is told when the rule is made.
class AwsActionsRefusalTest {
    private static final String ROLE = ActionRig.ROLE;

    private static Arguments wrong(String expected, Consumer<Action.Builder> action) {
        return Arguments.of(expected, action);
    }

    static List<Arguments> wrongActions() {
        return Arrays.asList(
                wrong("roleArn is missing", a -> a.sqs(s -> s.queueUrl("https://q"))),
                wrong("queueUrl is missing", a -> a.sqs(s -> s.roleArn(ROLE))),
                wrong(
                        "queueUrl has a substitution template that is wrong",
                        a -> a.sqs(s -> s.queueUrl("${").roleArn(ROLE))),
                wrong("FIFO", a -> a.sqs(s -> s.queueUrl("https://q/x.fifo").roleArn(ROLE))),
                wrong("targetArn has to be", a -> a.sns(s -> s.targetArn("x").roleArn(ROLE))),
                wrong(
                        "messageFormat has to be RAW or JSON",
                        a ->
                                a.sns(s ->
                                        s.targetArn("arn:aws:sns:eu-west-1:000000000000:t")
                                                .messageFormat("XML")
                                                .roleArn(ROLE))),
                wrong(
                        "targetArn has to be",
                        a ->
                                a.sns(s ->
                                        s.targetArn("arn:aws:sqs:eu-west-1:000000000000:t")
                                                .roleArn(ROLE))),
                wrong(
                        "functionArn has to be the ARN of a function, not 'echo'",
                        a -> a.lambda(l -> l.functionArn("echo"))),
                wrong("key is missing", a -> a.s3(s -> s.bucketName("b").roleArn(ROLE))),
                wrong(
                        "cannedAcl knows no 'everybody'",
                        a ->
                                a.s3(s ->
                                        s.bucketName("b")
                                                .key("k")
                                                .cannedAcl("everybody")
                                                .roleArn(ROLE))),
                wrong(
                        "hashKeyType has to be STRING or NUMBER",
                        a ->
                                a.dynamoDB(d ->
                                        d.tableName("t")
                                                .hashKeyField("h")
                                                .hashKeyValue("v")
                                                .hashKeyType("BINARY")
                                                .roleArn(ROLE))),
                wrong(
                        "hashKeyValue has to be a number, not 'v'",
                        a ->
                                a.dynamoDB(d ->
                                        d.tableName("t")
                                                .hashKeyField("h")
                                                .hashKeyValue("v")
                                                .hashKeyType("NUMBER")
                                                .roleArn(ROLE))),
                wrong(
                        "rangeKeyValue is missing",
                        a ->
                                a.dynamoDB(d ->
                                        d.tableName("t")
                                                .hashKeyField("h")
                                                .hashKeyValue("v")
                                                .rangeKeyField("r")
                                                .roleArn(ROLE))),
                wrong(
                        "rangeKeyValue is missing",
                        a ->
                                a.dynamoDB(d ->
                                        d.tableName("t")
                                                .hashKeyField("h")
                                                .hashKeyValue("v")
                                                .rangeKeyType("NUMBER")
                                                .roleArn(ROLE))),
                wrong(
                        "operation has to be INSERT, UPDATE or DELETE, not 'UPSERT'",
                        a ->
                                a.dynamoDB(d ->
                                        d.tableName("t")
                                                .hashKeyField("h")
                                                .hashKeyValue("v")
                                                .operation("UPSERT")
                                                .roleArn(ROLE))),
                wrong("putItem is missing", a -> a.dynamoDBv2(d -> d.roleArn(ROLE))),
                wrong("streamName is missing", a -> a.kinesis(k -> k.roleArn(ROLE))),
                wrong(
                        "separator has to be",
                        a ->
                                a.firehose(f ->
                                        f.deliveryStreamName("d").separator(";").roleArn(ROLE))),
                wrong(
                        "metricUnit has to be a unit",
                        a ->
                                a.cloudwatchMetric(m ->
                                        m.metricName("m")
                                                .metricNamespace("n")
                                                .metricUnit("Apples")
                                                .metricValue("1")
                                                .roleArn(ROLE))),
                wrong(
                        "stateValue has to be OK",
                        a ->
                                a.cloudwatchAlarm(c ->
                                        c.alarmName("a")
                                                .stateReason("r")
                                                .stateValue("BAD")
                                                .roleArn(ROLE))),
                wrong("logGroupName is missing", a -> a.cloudwatchLogs(l -> l.roleArn(ROLE))),
                wrong(
                        "executionNamePrefix",
                        a ->
                                a.stepFunctions(s ->
                                        s.stateMachineName("m")
                                                .executionNamePrefix("${}")
                                                .roleArn(ROLE))),
                wrong(
                        "dimensions has to have",
                        a -> a.timestream(t -> t.databaseName("d").tableName("t").roleArn(ROLE))),
                wrong(
                        "timestamp.unit has to be one of",
                        a ->
                                a.location(l ->
                                        l.trackerName("t")
                                                .deviceId("d")
                                                .latitude("1")
                                                .longitude("1")
                                                .timestamp(
                                                        LocationTimestamp.builder()
                                                                .value("1")
                                                                .unit("DAYS")
                                                                .build())
                                                .roleArn(ROLE))),
                wrong(
                        "longitude has to be",
                        a ->
                                a.location(l ->
                                        l.trackerName("t")
                                                .deviceId("d")
                                                .latitude("1")
                                                .longitude("east")
                                                .roleArn(ROLE))),
                wrong(
                        "endpoint has to be the URL",
                        a ->
                                a.openSearch(o ->
                                        o.endpoint("search")
                                                .index("i")
                                                .type("_doc")
                                                .id("1")
                                                .roleArn(ROLE))));
    }

    @ParameterizedTest
    @MethodSource("wrongActions")
    void whatIsWrongIsRefusedWithTheRuleAndNamesTheParameter(
            String expected, Consumer<Action.Builder> made) {
        Action.Builder builder = Action.builder();
        made.accept(builder);
        Action action = builder.build();
        assertThatThrownBy(() -> new ActionRig().typeOf(action).plan(action, ActionRig.context()))
                .isInstanceOf(InvalidActionException.class)
                .hasMessageContaining(expected);
    }
}
