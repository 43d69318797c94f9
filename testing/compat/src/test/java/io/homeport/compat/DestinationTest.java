package io.homeport.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.InvalidRequestException;
import software.amazon.awssdk.services.iot.model.TopicRuleDestination;
import software.amazon.awssdk.services.iot.model.TopicRuleDestinationStatus;
import software.amazon.awssdk.services.iot.model.TopicRuleDestinationSummary;
import software.amazon.awssdk.services.iot.model.UnauthorizedException;

/// Destinations of rules (docs.aws.amazon.com/iot/latest/developerguide/http-action-destination).
class DestinationTest {
    private static TestServer server;
    private static IotClient iot;

    private final Receiver receiver = new Receiver();

    @BeforeAll
    static void start() {
        server = TestServer.start(s -> s.withAnyCredentials(true));
        iot = server.iot();
    }

    @AfterAll
    static void stop() {
        iot.close();
        server.close();
    }

    @AfterEach
    void closeReceiver() {
        receiver.close();
    }

    private static TopicRuleDestination create(String url) {
        return iot.createTopicRuleDestination(r ->
                        r.destinationConfiguration(
                                c -> c.httpUrlConfiguration(h -> h.confirmationUrl(url))))
                .topicRuleDestination();
    }

    private static TopicRuleDestination get(String arn) {
        return iot.getTopicRuleDestination(r -> r.arn(arn)).topicRuleDestination();
    }

    private static void set(String arn, TopicRuleDestinationStatus status) {
        iot.updateTopicRuleDestination(r -> r.arn(arn).status(status));
    }

    /// ConfirmTopicRuleDestination, UpdateTopicRuleDestination: nobody gets past the receiver's
    /// consent by disabling and enabling.
    @Test
    void aDestinationIsEnabledByItsReceiverAlone() throws Exception {
        TopicRuleDestination made = create(receiver.url("/consent?key=1"));
        assertThat(made.status()).isEqualTo(TopicRuleDestinationStatus.IN_PROGRESS);
        assertThat(made.arn()).matches("arn:aws:iot:us-east-1:\\d{12}:ruledestination/http/.{36}");
        Receiver.Request question = receiver.questions.next();
        assertThat(question.uri()).startsWith("/consent?key=1&confirmationToken=");
        assertThatThrownBy(() -> set(made.arn(), TopicRuleDestinationStatus.ENABLED))
                .isInstanceOf(InvalidRequestException.class);
        set(made.arn(), TopicRuleDestinationStatus.DISABLED);
        assertThatThrownBy(() -> set(made.arn(), TopicRuleDestinationStatus.ENABLED))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("not confirmed");
        set(made.arn(), TopicRuleDestinationStatus.IN_PROGRESS);
        String token = receiver.questions.next().json().path("confirmationToken").asString();
        assertThatThrownBy(() ->
                        iot.confirmTopicRuleDestination(r ->
                                r.confirmationToken(
                                        question.json().path("confirmationToken").asString())))
                .isInstanceOf(InvalidRequestException.class);
        iot.confirmTopicRuleDestination(r -> r.confirmationToken(token));
        assertThat(get(made.arn()).status()).isEqualTo(TopicRuleDestinationStatus.ENABLED);
        set(made.arn(), TopicRuleDestinationStatus.DISABLED);
        set(made.arn(), TopicRuleDestinationStatus.ENABLED);
        assertThat(get(made.arn()).httpUrlProperties().confirmationUrl())
                .isEqualTo(receiver.url("/consent?key=1"));
        iot.deleteTopicRuleDestination(r -> r.arn(made.arn()));
        assertThatThrownBy(() -> get(made.arn())).isInstanceOf(UnauthorizedException.class);
    }

    /// TopicRuleDestination, status ERROR.
    @Test
    void whoDoesNotConfirmInTimeIsAnErrorThatSaysWhy() throws Exception {
        TopicRuleDestination made = create("http://127.0.0.1:1/nobody");
        server.advance(Duration.ofMinutes(59));
        assertThat(get(made.arn()).status()).isEqualTo(TopicRuleDestinationStatus.IN_PROGRESS);
        server.advance(Duration.ofMinutes(2));
        TopicRuleDestination ended =
                Until.present(
                        "end of the confirmation",
                        () ->
                                Optional.of(get(made.arn()))
                                        .filter(d ->
                                                d.status() == TopicRuleDestinationStatus.ERROR));
        assertThat(ended.statusReason()).contains("Not confirmed", "can't connect");
    }

    /// ListTopicRuleDestinations; kafka-rule-action: a destination in a VPC needs no confirmation.
    @Test
    void destinationsAreListedPageByPage() {
        TopicRuleDestination vpc =
                iot.createTopicRuleDestination(r ->
                                r.destinationConfiguration(c ->
                                        c.vpcConfiguration(v ->
                                                v.subnetIds("subnet-1")
                                                        .vpcId("vpc-1")
                                                        .roleArn("arn:aws:iam::0:role/r"))))
                        .topicRuleDestination();
        assertThat(vpc.status()).isEqualTo(TopicRuleDestinationStatus.ENABLED);
        assertThat(vpc.arn()).contains(":ruledestination/vpc/");
        TopicRuleDestination other = create(receiver.url("/listed"));
        List<String> listed =
                iot
                        .listTopicRuleDestinationsPaginator(r -> r.maxResults(1))
                        .destinationSummaries()
                        .stream()
                        .map(TopicRuleDestinationSummary::arn)
                        .toList();
        assertThat(listed).contains(vpc.arn(), other.arn()).doesNotHaveDuplicates();
        assertThat(get(vpc.arn()).vpcProperties().subnetIds()).containsExactly("subnet-1");
    }

    /// BatchConfig, batchAcrossTopics: newer than the SDK's types.
    @Test
    void aBatchAcrossTopicsIsABooleanAndKept() {
        String rule =
                """
                {"sql": "SELECT * FROM 'a/#'", "actions": [{"http": {
                  "url": "http://127.0.0.1:1/x", "enableBatching": true,
                  "batchConfig": {"batchAcrossTopics": %s}}}]}
                """;
        HttpResponse<String> refusal = server.post("/rules/across", rule.formatted("\"true\""));
        assertThat(refusal.statusCode()).isEqualTo(400);
        assertThat(refusal.body())
                .contains("'actions.1.http.batchConfig.batchAcrossTopics'", "Boolean");
        for (String value : List.of("true", "false")) {
            HttpResponse<String> answer = server.post("/rules/across", rule.formatted(value));
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            iot.disableTopicRule(r -> r.ruleName("across"));
            assertThat(server.get("/rules/across").body())
                    .contains("\"batchConfig\":{\"batchAcrossTopics\":" + value + "}");
            iot.deleteTopicRule(r -> r.ruleName("across"));
        }
    }
}
