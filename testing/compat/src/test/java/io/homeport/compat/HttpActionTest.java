package io.homeport.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.Action;
import software.amazon.awssdk.services.iot.model.HttpAction;
import software.amazon.awssdk.services.iot.model.HttpActionHeader;
import software.amazon.awssdk.services.iot.model.InvalidRequestException;
import software.amazon.awssdk.services.iot.model.TopicRuleDestinationStatus;
import software.amazon.awssdk.services.iot.model.TopicRuleDestinationSummary;
import software.amazon.awssdk.services.iot.model.TopicRulePayload;

/// The http action against a real web server
/// (docs.aws.amazon.com/iot/latest/developerguide/https-rule-action.html).
class HttpActionTest {
    private static TestServer server;
    private static IotClient iot;
    private static Mqtt5BlockingClient client;
    private static Receiver receiver;

    @BeforeAll
    static void start() {
        server = TestServer.start();
        iot = server.iot();
        client = Hive.plain(server, "publisher").buildBlocking();
        client.connect();
        receiver = new Receiver();
    }

    @AfterAll
    static void stop() {
        client.disconnect();
        iot.close();
        server.close();
        receiver.close();
    }

    static Action http(UnaryOperator<HttpAction.Builder> how) {
        return Action.builder().http(how.apply(HttpAction.builder()).build()).build();
    }

    private static void rule(String name, String sql, Action action) {
        TopicRulePayload payload =
                TopicRulePayload.builder()
                        .awsIotSqlVersion("2016-03-23")
                        .sql(sql)
                        .actions(action)
                        .build();
        iot.createTopicRule(r -> r.ruleName(name).topicRulePayload(payload));
    }

    /// Answers the question as its receiver does, without a signature.
    static void confirm(Receiver.Request question) throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            URI url = URI.create(question.json().path("enableUrl").asString());
            HttpResponse<String> answer =
                    http.send(
                            HttpRequest.newBuilder(url).build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).describedAs(answer.body()).isEqualTo(200);
        }
    }

    private static TopicRuleDestinationSummary destination(String url) {
        return iot.listTopicRuleDestinations(r -> {}).destinationSummaries().stream()
                .filter(d -> d.httpUrlSummary().confirmationUrl().equals(url))
                .findFirst()
                .orElseThrow();
    }

    /// http-action-destination: the rule makes its destination, which gets nothing until its owner
    /// has agreed, and then what has waited.
    @Test
    void aRulePostsToItsUrlOnceThatIsConfirmed() throws Exception {
        String base = receiver.url("/things");
        rule(
                "posts",
                "SELECT temperature FROM 'in/+/posts'",
                http(h ->
                        h.url(base + "/${topic(2)}?t=${temperature}")
                                .confirmationUrl(base)
                                .headers(
                                        HttpActionHeader.builder()
                                                .key("X-From")
                                                .value("${topic()}")
                                                .build())));
        Hive.publish(client, "in/lamp/posts", "{\"temperature\": 20, \"x\": 1}");
        Receiver.Request question = receiver.questions.next();
        assertThat(question.uri()).startsWith("/things/?confirmationToken=");
        assertThat(question.header("x-amz-rules-engine-destination-arn"))
                .isEqualTo(destination(base).arn())
                .isEqualTo(question.json().path("arn").asString());
        assertThat(destination(base).status()).isEqualTo(TopicRuleDestinationStatus.IN_PROGRESS);
        confirm(question);
        assertThat(destination(base).status()).isEqualTo(TopicRuleDestinationStatus.ENABLED);
        Receiver.Request got = receiver.requests.next();
        assertThat(got.uri()).isEqualTo("/things/lamp?t=20");
        assertThat(got.body()).isEqualTo("{\"temperature\":20}");
        assertThat(got.header("content-type")).isEqualTo("application/json");
        assertThat(got.header("x-from")).isEqualTo("in/lamp/posts");
    }

    /// What would only fail with each message is refused when the rule is made.
    @Test
    void parametersThatCannotWorkAreRefused() {
        assertThatThrownBy(() -> rule("bad", "SELECT * FROM 'x'", http(h -> h.url("ftp://x/y"))))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("actions[0].http: url");
        assertThatThrownBy(() ->
                        rule(
                                "bad",
                                "SELECT * FROM 'x'",
                                http(h ->
                                        h.url("http://x.example.org/y")
                                                .confirmationUrl("http://x.example"))))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("confirmationUrl");
        assertThatThrownBy(() ->
                        rule(
                                "bad",
                                "SELECT * FROM 'x'",
                                http(h ->
                                        h.url("http://x/y")
                                                .headers(
                                                        HttpActionHeader.builder()
                                                                .key("Host")
                                                                .value("z")
                                                                .build()))))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("headers[0].key");
        assertThatThrownBy(() ->
                        rule(
                                "bad",
                                "SELECT * FROM 'x'",
                                http(h ->
                                        h.url("http://x/y")
                                                .enableBatching(true)
                                                .batchConfig(b -> b.maxBatchSize(11)))))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("batchConfig.maxBatchSize");
    }
}
