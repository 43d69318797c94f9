package io.homeport.compat;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.Action;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.Runtime;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A function behind a rule and in its SQL, made by the AWS SDK (lambda-rule-action,
/// iot-sql-functions#iot-func-aws-lambda).
class RuleFunctionsTest {
    private static final String ROLE = "arn:aws:iam::000000000000:role/rules";
    private static final String DOUBLE =
            """
            import json
            def handler(event, context):
                if 'reply' in event:
                    import boto3
                    boto3.client('iot-data').publish(
                        topic=event['reply'], qos=1, payload=json.dumps({'got': event['a']}))
                return {'doubled': event['a'] * 2}
            """;

    private static final String NODE =
            """
            exports.handler = async event => {
              if (event.reply) {
                await fetch(event.reply, {method: 'POST', body: JSON.stringify({got: event.a})});
              }
              return {doubled: event.a * 2};
            };
            """;

    private static final String FANNED =
            """
            exports.handler = async ({Records: [{EventSource, Sns}]}) => {
              const message = JSON.parse(Sns.Message);
              await fetch(message.reply, {
                method: 'POST', body: JSON.stringify([EventSource, Sns.TopicArn, message.a])});
            };
            """;

    private static TestServer server;
    private static IotClient iot;
    private static LambdaClient lambda;
    private static Mqtt5BlockingClient client;

    @BeforeAll
    static void start() throws Exception {
        Program.require("python3", "--version");
        Program.require("node", "--version");
        server = TestServer.start();
        iot = server.iot();
        lambda = Lambdas.client(server);
        TestServer.Device device = server.device("caller", TestServer.ALLOW_ALL);
        client = Hive.device(server, device, "caller").buildBlocking();
        client.connect();
        create("double", Runtime.PYTHON3_12, Lambdas.zip("code.py", DOUBLE));
        create("doubleNode", Runtime.NODEJS22_X, Lambdas.zip("code.js", NODE));
    }

    private static void create(String name, Runtime runtime, SdkBytes code) {
        lambda.createFunction(r ->
                r.functionName(name)
                        .runtime(runtime)
                        .handler("code.handler")
                        .role(ROLE)
                        .timeout(20)
                        .code(c -> c.zipFile(code)));
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            client.disconnect();
            lambda.close();
            iot.close();
            server.close();
        }
    }

    private static String arn(String function) {
        return "arn:aws:lambda:%s:%s:function:%s"
                .formatted(server.endpoints().region(), server.endpoints().accountId(), function);
    }

    private static void permit(String function, String rule) {
        lambda.addPermission(r ->
                r.functionName(function)
                        .statementId(rule)
                        .action("lambda:InvokeFunction")
                        .principal("iot.amazonaws.com")
                        .sourceArn(server.arn("rule/" + rule)));
    }

    private static void rule(String name, String sql, Action action, String errors) {
        iot.createTopicRule(r ->
                r.ruleName(name)
                        .topicRulePayload(p ->
                                p.sql(sql)
                                        .awsIotSqlVersion("2016-03-23")
                                        .actions(action)
                                        .errorAction(republish(errors))));
    }

    private static Action republish(String topic) {
        return Action.builder().republish(r -> r.topic(topic).qos(1).roleArn(ROLE)).build();
    }

    private static Action function(String name) {
        return Action.builder().lambda(l -> l.functionArn(arn(name))).build();
    }

    @Test
    void aRuleInvokesAFunctionWhichPublishesByBoto3() throws Exception {
        Program.requireBoto3();
        permit("double", "invoking");
        rule(
                "invoking",
                "SELECT a, 'out/fn' AS reply FROM 'in/fn'",
                function("double"),
                "errors/fn");
        Inbox<Mqtt5Publish> inbox = Hive.subscribe(client, "out/fn");
        Hive.publish(client, "in/fn", "{\"a\": 21}");
        assertThat(Hive.payload(inbox.next())).isEqualTo("{\"got\": 21}");
    }

    @Test
    void aRuleInvokesAFunctionOfNodeWhichPostsToAWebServer() throws Exception {
        permit("doubleNode", "posting");
        try (Receiver receiver = new Receiver()) {
            rule(
                    "posting",
                    "SELECT a, '" + receiver.url("/got") + "' AS reply FROM 'in/node'",
                    function("doubleNode"),
                    "errors/node");
            Hive.publish(client, "in/node", "{\"a\": 21}");
            assertThat(receiver.requests.next().body()).isEqualTo("{\"got\":21}");
        }
    }

    /// SNS developer guide, "Fanout to Lambda functions".
    @Test
    void aFunctionGetsWhatTheTopicThatItIsSubscribedToGets() throws Exception {
        String topic = "arn:aws:sns:us-east-1:000000000000:fanned";
        create("fanned", Runtime.NODEJS22_X, Lambdas.zip("code.js", FANNED));
        lambda.addPermission(r ->
                r.functionName("fanned")
                        .statementId("sns")
                        .action("lambda:InvokeFunction")
                        .principal("sns.amazonaws.com")
                        .sourceArn(topic));
        String subscription = "{\"protocol\": \"lambda\", \"endpoint\": \"" + arn("fanned") + "\"}";
        assertThat(
                        server.post("/_homeport/aws/sns/fanned/subscriptions", subscription)
                                .statusCode())
                .isEqualTo(200);
        try (Receiver receiver = new Receiver()) {
            rule(
                    "fanning",
                    "SELECT a, '" + receiver.url("/got") + "' AS reply FROM 'in/fanned'",
                    Action.builder().sns(s -> s.targetArn(topic).roleArn(ROLE)).build(),
                    "errors/fanned");
            Hive.publish(client, "in/fanned", "{\"a\": 21}");
            assertThat(receiver.requests.next().body())
                    .isEqualTo("[\"aws:sns\",\"" + topic + "\",21]");
        }
    }

    @Test
    void aFunctionThatDoesNotPermitTheRuleIsNotInvoked() throws Exception {
        rule("barred", "SELECT a FROM 'in/barred'", function("double"), "errors/barred");
        Inbox<Mqtt5Publish> inbox = Hive.subscribe(client, "errors/barred");
        Hive.publish(client, "in/barred", "{\"a\": 21}");
        JsonNode document = JsonMapper.shared().readTree(Hive.payload(inbox.next()));
        assertThat(document.at("/failures/0/failedAction").asString()).isEqualTo("LambdaAction");
        assertThat(document.at("/failures/0/errorMessage").asString()).contains("AddPermission");
    }

    @ParameterizedTest
    @ValueSource(strings = {"double", "doubleNode"})
    void sqlCallsAFunctionAndUsesItsResult(String name) throws Exception {
        permit(name, "calling_" + name);
        rule(
                "calling_" + name,
                "SELECT aws_lambda('%s', {'a': a}).doubled AS d FROM 'in/sql/%s'"
                        .formatted(arn(name), name),
                republish("out/sql/" + name),
                "errors/sql/" + name);
        Inbox<Mqtt5Publish> inbox = Hive.subscribe(client, "out/sql/" + name);
        // The first call may take longer than the two seconds that aws_lambda waits.
        lambda.invoke(r -> r.functionName(name).payload(SdkBytes.fromUtf8String("{\"a\": 1}")));
        Hive.publish(client, "in/sql/" + name, "{\"a\": 21}");
        assertThat(Hive.payload(inbox.next())).isEqualTo("{\"d\":42}");
    }
}
