package io.homeport.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.Action;
import software.amazon.awssdk.services.iot.model.InvalidRequestException;
import software.amazon.awssdk.services.iot.model.LogEventConfiguration;
import software.amazon.awssdk.services.iot.model.LogLevel;
import software.amazon.awssdk.services.iot.model.LogTargetType;
import software.amazon.awssdk.services.iot.model.NotConfiguredException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The log of AWS IoT (docs.aws.amazon.com/iot/latest/developerguide/configure-logging.html,
/// cwl-format.html).
class IotLogTest {
    private static final String ROLE = "arn:aws:iam::000000000000:role/log";

    private static TestServer server;
    private static IotClient iot;

    @BeforeAll
    static void start() {
        server = TestServer.start();
        iot = server.iot();
    }

    @AfterAll
    static void stop() {
        iot.close();
        server.close();
    }

    private static Mqtt5BlockingClient client(String clientId) {
        Mqtt5BlockingClient client = Hive.plain(server, clientId).buildBlocking();
        client.connect();
        return client;
    }

    private static JsonNode entries() {
        JsonNode page =
                JsonMapper.shared().readTree(server.get("/_homeport/logs?lines=1000").body());
        assertThat(page.path("entries").isArray()).as(page.toString()).isTrue();
        return page.path("entries");
    }

    private static Optional<JsonNode> find(Predicate<JsonNode> which) {
        return StreamSupport.stream(entries().spliterator(), false).filter(which).findFirst();
    }

    private static JsonNode await(String type, String field, String value) {
        return Until.present(
                type + " of " + value,
                () ->
                        find(entry ->
                                entry.path("eventType").asString().equals(type)
                                        && entry.path(field).asString("").equals(value)));
    }

    /// One test, because options are the account's: off, on, targets, and off again.
    @Test
    void anAccountChoosesWhatItsLogTells() throws Exception {
        assertThatThrownBy(() -> iot.getV2LoggingOptions(r -> {}))
                .isInstanceOf(NotConfiguredException.class);
        Mqtt5BlockingClient before = client("before");
        assertThat(entries()).isEmpty();

        LogEventConfiguration chosen =
                LogEventConfiguration.builder()
                        .eventType("RuleMatch")
                        .logLevel(LogLevel.INFO)
                        .build();
        iot.setV2LoggingOptions(
                r -> r.roleArn(ROLE).defaultLogLevel(LogLevel.ERROR).eventConfigurations(chosen));
        iot.setV2LoggingLevel(r ->
                r.logTarget(t -> t.targetType(LogTargetType.CLIENT_ID).targetName("watched"))
                        .logLevel(LogLevel.DEBUG));
        iot.createThingGroup(r -> r.thingGroupName("lamps"));
        iot.createThing(r -> r.thingName("lamp"));
        iot.addThingToThingGroup(r -> r.thingGroupName("lamps").thingName("lamp"));
        iot.setV2LoggingLevel(r ->
                r.logTarget(t -> t.targetType(LogTargetType.THING_GROUP).targetName("lamps"))
                        .logLevel(LogLevel.INFO));
        Mqtt5BlockingClient watched = client("watched");
        Mqtt5BlockingClient lamp = client("lamp");
        Mqtt5BlockingClient quiet = client("quiet");
        assertThat(await("Connect", "clientId", "watched").path("status").asString())
                .isEqualTo("Success");
        await("Connect", "clientId", "lamp");

        iot.createTopicRule(r ->
                r.ruleName("logged")
                        .topicRulePayload(p ->
                                p.sql("SELECT * FROM 'in/logged'")
                                        .actions(
                                                Action.builder()
                                                        .republish(t ->
                                                                t.topic("${absent}").roleArn(ROLE))
                                                        .build())));
        Hive.publish(quiet, "in/logged", "{}");
        JsonNode failed = await("RuleExecution", "ruleName", "logged");
        assertThat(failed.path("timestamp").asString())
                .matches("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{3}");
        assertThat(failed.path("logLevel").asString()).isEqualTo("ERROR");
        assertThat(failed.path("status").asString()).isEqualTo("Failure");
        assertThat(failed.path("accountId").asString()).isEqualTo("000000000000");
        assertThat(failed.path("topicName").asString()).isEqualTo("in/logged");
        assertThat(failed.path("ruleAction").asString()).isEqualTo("RepublishAction");
        assertThat(failed.path("details").asString()).contains("absent");
        assertThat(await("RuleMatch", "ruleName", "logged").path("traceId"))
                .isEqualTo(failed.path("traceId"));
        assertThat(server.get("/metrics").body())
                .contains(
                        "homeport_rule_failure_total{account=\"000000000000\","
                                + "region=\"us-east-1\",rule=\"logged\"} 1.0");
        Hive.publish(quiet, "$aws/rules/nobody/x", "{}");
        await("RuleNotFound", "ruleName", "nobody");
        for (String unlogged : List.of("before", "quiet")) {
            assertThat(
                            find(e ->
                                    e.path("eventType").asString().equals("Connect")
                                            && e.path("clientId").asString().equals(unlogged)))
                    .isEmpty();
        }
        assertThat(Files.readString(server.directory().resolve("logs/AWSIotLogsV2.log")))
                .contains("RuleNotFound");

        assertThat(iot.listV2LoggingLevels(r -> {}).logTargetConfigurations()).hasSize(3);
        iot.deleteV2LoggingLevel(r -> r.targetType(LogTargetType.CLIENT_ID).targetName("watched"));
        assertThat(
                        iot.listV2LoggingLevels(r -> r.targetType(LogTargetType.CLIENT_ID))
                                .logTargetConfigurations())
                .isEmpty();
        assertThat(iot.getV2LoggingOptions(r -> {}).eventConfigurations()).containsExactly(chosen);
        assertThat(iot.getV2LoggingOptions(r -> r.verbose(true)).eventConfigurations())
                .contains(chosen, chosen.copy(c -> c.eventType("Connect").logLevel(LogLevel.ERROR)))
                .doesNotHaveDuplicates();
        assertThatThrownBy(
                        () -> iot.setV2LoggingOptions(r -> r.eventConfigurations(chosen, chosen)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("'RuleMatch' twice");
        iot.setLoggingOptions(
                r -> r.loggingOptionsPayload(p -> p.roleArn(ROLE).logLevel(LogLevel.WARN)));
        assertThat(iot.getLoggingOptions(r -> {}).logLevel()).isEqualTo(LogLevel.WARN);
        iot.setV2LoggingOptions(r -> r.disableAllLogs(true));
        Hive.publish(quiet, "$aws/rules/silence/x", "{}");
        // Entries are written in their order, so that what is there after these isn't still to
        // come.
        iot.setV2LoggingOptions(r -> r.roleArn(ROLE).defaultLogLevel(LogLevel.ERROR));
        Hive.publish(quiet, "$aws/rules/again/x", "{}");
        await("RuleNotFound", "ruleName", "again");
        assertThat(find(e -> e.path("ruleName").asString("").equals("silence"))).isEmpty();
        for (Mqtt5BlockingClient each : new Mqtt5BlockingClient[] {before, watched, lamp, quiet}) {
            each.disconnect();
        }
    }
}
