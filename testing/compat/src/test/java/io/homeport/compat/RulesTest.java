package io.homeport.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.util.Base64;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.Action;
import software.amazon.awssdk.services.iot.model.InvalidRequestException;
import software.amazon.awssdk.services.iot.model.RepublishAction;
import software.amazon.awssdk.services.iot.model.ResourceAlreadyExistsException;
import software.amazon.awssdk.services.iot.model.SqlParseException;
import software.amazon.awssdk.services.iot.model.TopicRulePayload;
import software.amazon.awssdk.services.iot.model.UnauthorizedException;
import software.amazon.awssdk.services.iot.model.UserProperty;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Rules made by the AWS SDK and fed by HiveMQ's client
/// (docs.aws.amazon.com/iot/latest/developerguide/iot-rules.html).
class RulesTest {
    private static final String ROLE = "arn:aws:iam::000000000000:role/rules";

    private static TestServer server;
    private static IotClient iot;
    private static Mqtt5BlockingClient client;

    @BeforeAll
    static void start() {
        server = TestServer.start();
        iot = server.iot();
        TestServer.Device device = server.device("ruled", TestServer.ALLOW_ALL);
        client = Hive.device(server, device, "ruled").buildBlocking();
        client.connect();
    }

    @AfterAll
    static void stop() {
        client.disconnect();
        iot.close();
        server.close();
    }

    private static Action republish(String topic) {
        return republish(topic, r -> r);
    }

    private static Action republish(String topic, UnaryOperator<RepublishAction.Builder> more) {
        return Action.builder()
                .republish(
                        more.apply(RepublishAction.builder().topic(topic).qos(1).roleArn(ROLE))
                                .build())
                .build();
    }

    private static void rule(String name, String sql, Action... actions) {
        rule(name, p -> p.sql(sql).actions(actions));
    }

    private static void rule(String name, UnaryOperator<TopicRulePayload.Builder> payload) {
        TopicRulePayload rule =
                payload.apply(TopicRulePayload.builder().awsIotSqlVersion("2016-03-23")).build();
        iot.createTopicRule(r -> r.ruleName(name).topicRulePayload(rule));
    }

    private static JsonNode report(String rule) {
        JsonNode rules =
                JsonMapper.shared().readTree(server.get("/_homeport/rules").body()).path("rules");
        for (JsonNode node : rules) {
            if (node.path("rule").asString().equals(rule)) {
                return node;
            }
        }
        throw new AssertionError("no rule " + rule + " in " + rules);
    }

    /// iot-sql-select, iot-substitution-templates (worked pairs 4 and 23 of the fact sheet).
    @Test
    void aRuleRepublishesWhatItSelectsToATopicFromATemplate() throws Exception {
        rule(
                "celsius",
                "SELECT (temperature - 32) * 5 / 9 AS celsius, upper(color) AS my_color"
                        + " FROM 'in/+/celsius'",
                republish("${topic()}/out"));
        Inbox<Mqtt5Publish> inbox = Hive.subscribe(client, "in/+/celsius/out");
        Hive.publish(client, "in/lamp/celsius", "{\"color\": \"red\", \"temperature\": 50}");
        Mqtt5Publish got = inbox.next();
        assertThat(got.getTopic()).hasToString("in/lamp/celsius/out");
        assertThat(got.getQos()).isEqualTo(MqttQos.AT_LEAST_ONCE);
        assertThat(Hive.payload(got)).isEqualTo("{\"celsius\":10,\"my_color\":\"RED\"}");
    }

    /// iot-sql-where: only what is true passes.
    @Test
    void whatWhereDoesNotAdmitIsNotRepublished() throws Exception {
        rule("hot", "SELECT * FROM 'in/hot' WHERE temperature > 50", republish("out/hot"));
        Inbox<Mqtt5Publish> inbox = Hive.subscribe(client, "out/hot");
        for (String payload :
                new String[] {"{\"temperature\": 40}", "{}", "no json", "{\"temperature\": 51}"}) {
            Hive.publish(client, "in/hot", payload);
        }
        assertThat(Hive.payload(inbox.next())).isEqualTo("{\"temperature\": 51}");
        assertThat(report("hot").at("/counts/TopicMatch").asInt()).isEqualTo(4);
        assertThat(report("hot").at("/counts/RulesExecuted").asInt()).isEqualTo(1);
    }

    /// iot-basic-ingest: the rule gets it whatever its FROM, subscribers don't, and topic() starts
    /// behind the rule's name.
    @Test
    void basicIngestReachesTheNamedRuleAlone() throws Exception {
        rule("ingested", "SELECT topic(2) AS second FROM 'never/used'", republish("out/ingested"));
        Inbox<Mqtt5Publish> inbox = Hive.subscribe(client, "out/ingested");
        Hive.publish(client, "$aws/rules/ingested/Buildings/Building5/Floor2", "{}");
        assertThat(Hive.payload(inbox.next())).isEqualTo("{\"second\":\"Building5\"}");
    }

    /// republish-rule-action: headers.
    @Test
    void republishSetsTheHeadersOfMqtt5() throws Exception {
        rule(
                "headers",
                "SELECT * FROM 'in/headers'",
                republish(
                        "out/headers",
                        r ->
                                r.headers(h ->
                                        h.payloadFormatIndicator("UTF8_DATA")
                                                .contentType("${type}")
                                                .correlationData("${encode(topic(), 'base64')}")
                                                .messageExpiry("300")
                                                .userProperties(
                                                        List.of(
                                                                UserProperty.builder()
                                                                        .key("from")
                                                                        .value("${topic(2)}")
                                                                        .build())))));
        Inbox<Mqtt5Publish> inbox = Hive.subscribe(client, "out/headers");
        Hive.publish(client, "in/headers", "{\"type\": \"application/json\"}");
        Mqtt5Publish got = inbox.next();
        assertThat(got.getContentType()).hasToString("Optional[application/json]");
        assertThat(got.getUserProperties().asList().getFirst().getValue()).hasToString("headers");
        assertThat(got.getMessageExpiryInterval().getAsLong()).isBetween(299L, 300L);
        byte[] correlation = new byte[got.getCorrelationData().orElseThrow().remaining()];
        got.getCorrelationData().orElseThrow().duplicate().get(correlation);
        assertThat(correlation).asString().isEqualTo("in/headers");
    }

    /// rule-error-handling: the document of the error action.
    @Test
    void anActionThatFailsIsTheErrorActionsMessage() throws Exception {
        rule(
                "failing",
                p ->
                        p.sql("SELECT * FROM 'in/failing'")
                                .actions(republish("out/${absent}"))
                                .errorAction(republish("out/errors")));
        Inbox<Mqtt5Publish> inbox = Hive.subscribe(client, "out/errors");
        Hive.publish(client, "in/failing", "{\"a\": 1}");
        JsonNode document = JsonMapper.shared().readTree(Hive.payload(inbox.next()));
        assertThat(document.path("ruleName").asString()).isEqualTo("failing");
        assertThat(document.path("topic").asString()).isEqualTo("in/failing");
        assertThat(document.path("clientId").asString()).isEqualTo("ruled");
        assertThat(Base64.getDecoder().decode(document.path("base64OriginalPayload").asString()))
                .asString()
                .isEqualTo("{\"a\": 1}");
        assertThat(document.at("/failures/0/failedAction").asString()).isEqualTo("RepublishAction");
        assertThat(document.at("/failures/0/errorMessage").asString()).contains("absent");
        assertThat(report("failing").at("/counts/Failure").asInt()).isEqualTo(1);
    }

    /// iot-sql-functions, get_thing_shadow.
    @Test
    void aRuleReadsAShadow() throws Exception {
        rule(
                "shadowed",
                "SELECT get_thing_shadow('lamp', '"
                        + ROLE
                        + "').state.reported.on AS on"
                        + " FROM 'in/shadowed'",
                republish("out/shadowed"));
        Inbox<Mqtt5Publish> inbox = Hive.subscribe(client, "out/shadowed");
        Hive.publish(
                client,
                "$aws/things/lamp/shadow/update",
                "{\"state\":{\"reported\":{\"on\":true}}}");
        Hive.publish(client, "in/shadowed", "{}");
        assertThat(Hive.payload(inbox.next())).isEqualTo("{\"on\":true}");
    }

    /// What is not there yet is refused when the rule is made, not ignored.
    @Test
    void aFunctionThatIsNotThereYetIsRefused() {
        assertThatThrownBy(() ->
                        rule(
                                "early",
                                "SELECT machinelearning_predict('m', '"
                                        + ROLE
                                        + "', *) AS s"
                                        + " FROM 'x'",
                                republish("y")))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("machinelearning_predict");
        assertThatThrownBy(() ->
                        rule(
                                "early",
                                "SELECT * FROM 'x'",
                                Action.builder()
                                        .salesforce(s -> s.token("t").url("https://x"))
                                        .build()))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("salesforce");
    }

    /// Rules that feed each other would never end.
    @Test
    void aLoopOfRulesEnds() throws Exception {
        rule(
                "loop",
                p ->
                        p.sql("SELECT * FROM 'in/loop'")
                                .actions(republish("in/loop"))
                                .errorAction(republish("out/loop")));
        Inbox<Mqtt5Publish> inbox = Hive.subscribe(client, "out/loop");
        Hive.publish(client, "in/loop", "{}");
        assertThat(Hive.payload(inbox.next())).contains("feed each other");
    }

    /// API reference: EnableTopicRule, DisableTopicRule, ReplaceTopicRule, DeleteTopicRule.
    @Test
    void changesOfARuleTakeEffect() throws Exception {
        rule("changed", "SELECT 1 AS v FROM 'in/changed'", republish("out/changed"));
        Inbox<Mqtt5Publish> inbox = Hive.subscribe(client, "out/changed");
        iot.disableTopicRule(r -> r.ruleName("changed"));
        assertThat(iot.getTopicRule(r -> r.ruleName("changed")).rule().ruleDisabled()).isTrue();
        Hive.publish(client, "in/changed", "{}");
        iot.replaceTopicRule(r ->
                r.ruleName("changed")
                        .topicRulePayload(p ->
                                p.sql("SELECT 2 AS v FROM 'in/changed2'")
                                        .actions(republish("out/changed"))));
        Hive.publish(client, "in/changed", "{}");
        Hive.publish(client, "in/changed2", "{}");
        assertThat(Hive.payload(inbox.next())).isEqualTo("{\"v\":2}");
        iot.enableTopicRule(r -> r.ruleName("changed"));
        assertThat(iot.listTopicRules(r -> r.topic("in/changed2")).rules())
                .singleElement()
                .satisfies(rule -> {
                    assertThat(rule.ruleName()).isEqualTo("changed");
                    assertThat(rule.topicPattern()).isEqualTo("in/changed2");
                    assertThat(rule.ruleArn()).isEqualTo(server.arn("rule/changed"));
                });
        iot.deleteTopicRule(r -> r.ruleName("changed"));
        assertThatThrownBy(() -> iot.getTopicRule(r -> r.ruleName("changed")))
                .hasMessageContaining("changed");
    }

    @Test
    void aRuleThatIsWrongIsRefusedAndSaysWhere() {
        assertThatThrownBy(() -> rule("wrong", "SELECT a FROM 'x' WHER b", republish("y")))
                .isInstanceOf(SqlParseException.class)
                .hasMessageContaining("line 1, column 19");
        assertThatThrownBy(() -> rule("wrong", "SELECT * FROM 'x'", republish("${nosuch(1)}")))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("actions[0].republish: topic")
                .hasMessageContaining("nosuch");
        assertThatThrownBy(() -> rule("wrong", "SELECT * FROM 'x'", republish("y", r -> r.qos(2))))
                .isInstanceOf(InvalidRequestException.class);
        assertThatThrownBy(() -> rule("wrong", "SELECT * FROM '$share/g/x'", republish("y")))
                .isInstanceOf(SqlParseException.class)
                .hasMessageContaining("line 1, column 16: a shared subscription");
        for (String topic : List.of("y/#", "$$aws/things/lamp/jobs/start-next")) {
            assertThatThrownBy(() -> rule("wrong", "SELECT * FROM 'x'", republish(topic)))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("actions[0].republish: topic");
        }
        assertThatThrownBy(() ->
                        rule(
                                "wrong",
                                "SELECT * FROM 'x'",
                                republish("y", r -> r.headers(h -> h.messageExpiry("1 h")))))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("headers.messageExpiry has to be seconds");
        assertThatThrownBy(() -> iot.getTopicRule(r -> r.ruleName("wrong")))
                .isInstanceOf(UnauthorizedException.class);
        rule("twice", "SELECT * FROM 'x'", republish("y"));
        assertThatThrownBy(() -> rule("twice", "SELECT * FROM 'x'", republish("y")))
                .isInstanceOf(ResourceAlreadyExistsException.class);
    }

    /// API reference, CreateTopicRule: tags.
    @Test
    void aRuleHasTheTagsOfItsCreation() {
        iot.createTopicRule(r ->
                r.ruleName("tagged")
                        .tags("team=blue%20one&stage=test")
                        .topicRulePayload(
                                p -> p.sql("SELECT * FROM 'tagged'").actions(republish("y"))));
        assertThat(iot.listTagsForResource(r -> r.resourceArn(server.arn("rule/tagged"))).tags())
                .extracting(tag -> tag.key() + "=" + tag.value())
                .containsExactlyInAnyOrder("team=blue one", "stage=test");
    }
}
