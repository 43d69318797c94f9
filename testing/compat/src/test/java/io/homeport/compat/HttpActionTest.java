package io.homeport.compat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import io.homeport.targets.TargetSettings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
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
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The http action against a real web server
/// (docs.aws.amazon.com/iot/latest/developerguide/https-rule-action.html).
class HttpActionTest {
    private static final String KEY = "AKIDEXAMPLE";
    private static final String SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    private static TestServer server;
    private static IotClient iot;
    private static Mqtt5BlockingClient client;

    private final Receiver receiver = new Receiver();

    @BeforeAll
    static void start() {
        server =
                TestServer.start(s ->
                        s.withTargets(
                                new TargetSettings(
                                        Map.of(),
                                        new TargetSettings.Keys(KEY, SECRET, null),
                                        null)));
        iot = server.iot();
        client = Hive.plain(server, "publisher").buildBlocking();
        client.connect();
    }

    @AfterAll
    static void stop() {
        client.disconnect();
        iot.close();
        server.close();
    }

    @AfterEach
    void closeReceiver() {
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

    /// http_batching: one request has several messages of one topic, as a JSON array.
    @Test
    void messagesOfATopicArePostedTogetherInTheirOrder() throws Exception {
        String url = receiver.url("/batches");
        rule(
                "batches",
                "SELECT n FROM 'in/batches/+'",
                http(h ->
                        h.url(url)
                                .enableBatching(true)
                                .batchConfig(b -> b.maxBatchSize(5).maxBatchOpenMs(200))
                                .headers(
                                        HttpActionHeader.builder()
                                                .key("last")
                                                .value("${n}")
                                                .build())));
        for (int i = 0; i < 12; i++) {
            Hive.publish(client, "in/batches/a", "{\"n\": " + i + "}");
        }
        confirm(receiver.questions.next());
        List<Integer> got = new ArrayList<>();
        while (got.size() < 12) {
            Receiver.Request batch = receiver.requests.next();
            assertThat(batch.header("content-type")).isEqualTo("application/json");
            batch.json().forEach(element -> got.add(element.path("n").asInt()));
            assertThat(batch.json().size()).isBetween(1, 5);
            assertThat(batch.header("last")).isEqualTo(got.getLast().toString());
        }
        assertThat(got).isEqualTo(IntStream.range(0, 12).boxed().toList());
    }

    /// http_batching, error action payload: one document for the batch.
    @Test
    void theErrorActionLearnsOfABatchAsAWhole() throws Exception {
        String url = receiver.url("/refused");
        receiver.answer(request ->
                new Receiver.Answer(request.uri().startsWith("/refused") ? 403 : 200, "no"));
        TopicRulePayload payload =
                TopicRulePayload.builder()
                        .sql("SELECT * FROM 'in/refused'")
                        .actions(
                                http(h ->
                                        h.url(url)
                                                .enableBatching(true)
                                                .batchConfig(b ->
                                                        b.maxBatchSize(2).maxBatchOpenMs(200))))
                        .errorAction(a ->
                                a.republish(r ->
                                        r.topic("out/refused").roleArn("arn:aws:iam::0:role/r")))
                        .build();
        iot.createTopicRule(r -> r.ruleName("refused").topicRulePayload(payload));
        var errors = Hive.subscribe(client, "out/refused");
        Hive.publish(client, "in/refused", "{\"n\": 1}");
        Hive.publish(client, "in/refused", "{\"n\": 2}");
        confirm(receiver.questions.next());
        JsonNode document = JsonMapper.shared().readTree(Hive.payload(errors.next()));
        assertThat(document.path("payloadsWithMetadata")).hasSize(2);
        assertThat(document.at("/failures/0/failedAction").asString()).isEqualTo("HttpAction");
        assertThat(document.at("/failures/0/errorMessage").asString()).contains("403", "no");
        assertThat(document.at("/failures/0/affectedIds/1").asString())
                .isEqualTo(document.at("/payloadsWithMetadata/1/id").asString());
        receiver.requests.next();
    }

    private static JsonNode aws(String... arguments) throws Exception {
        Program.Result result = AwsCli.run(server, arguments);
        assumeThat(result.errors())
                .as("an AWS CLI that knows the member")
                .doesNotContain("Unknown parameter");
        assertThat(result.exitCode()).as(result.errors()).isZero();
        return JsonMapper.shared().readTree(result.output().isEmpty() ? "{}" : result.output());
    }

    private static Set<String> topicsOf(JsonNode elements) {
        Set<String> topics = new HashSet<>();
        elements.forEach(element -> topics.add(element.path("topic").asString()));
        return topics;
    }

    private static String acrossTopics(String... urls) {
        String action =
                """
                {"http": {"url": "%s", "headers": [{"key": "last", "value": "${n}"}],
                  "enableBatching": true,
                  "batchConfig": {"maxBatchSize": 5, "batchAcrossTopics": true}}}
                """;
        return """
        {"sql": "SELECT n, topic() AS topic FROM 'in/across/+'",
          "awsIotSqlVersion": "2016-03-23", "actions": [%s, %s],
          "errorAction": {"republish":
            {"topic": "out/across", "roleArn": "arn:aws:iam::000000000000:role/r"}}}
        """
                .formatted(action.formatted(urls[0]), action.formatted(urls[1]));
    }

    /// http_batching, batchAcrossTopics: made by AWS CLI, because the SDK's types lack it.
    @Test
    void aBatchMayHaveMessagesOfSeveralTopics() throws Exception {
        receiver.answer(request ->
                new Receiver.Answer(request.uri().startsWith("/denied") ? 403 : 200, "no"));
        String payload = acrossTopics(receiver.url("/across"), receiver.url("/denied"));
        String[] rule = {"--rule-name", "across", "--topic-rule-payload", payload};
        aws("iot", "create-topic-rule", rule[0], rule[1], rule[2], rule[3]);
        aws("iot", "replace-topic-rule", rule[0], rule[1], rule[2], rule[3]);
        JsonNode shown = aws("iot", "get-topic-rule", rule[0], rule[1]);
        assertThat(shown.at("/rule/actions/1/http/batchConfig"))
                .isEqualTo(
                        JsonMapper.shared()
                                .readTree("{\"maxBatchSize\":5,\"batchAcrossTopics\":true}"));
        var errors = Hive.subscribe(client, "out/across");
        for (int i = 0; i < 12; i++) {
            Hive.publish(client, "in/across/" + "ab".charAt(i % 2), "{\"n\": " + i + "}");
        }
        confirm(receiver.questions.next());
        confirm(receiver.questions.next());
        Map<String, List<Integer>> got = new TreeMap<>();
        Set<Set<String>> together = new HashSet<>();
        for (int count = 0; count < 12; ) {
            Receiver.Request batch = receiver.requests.next();
            if (batch.uri().equals("/across")) {
                JsonNode elements = batch.json();
                count += elements.size();
                elements.forEach(element ->
                        got.computeIfAbsent(
                                        element.path("topic").asString(), _ -> new ArrayList<>())
                                .add(element.path("n").asInt()));
                together.add(topicsOf(elements));
                assertThat(elements.size()).isBetween(1, 5);
                assertThat(batch.header("last"))
                        .isEqualTo(elements.get(elements.size() - 1).path("n").asString());
            }
        }
        assertThat(got)
                .isEqualTo(
                        Map.of(
                                "in/across/a", List.of(0, 2, 4, 6, 8, 10),
                                "in/across/b", List.of(1, 3, 5, 7, 9, 11)));
        assertThat(together).contains(got.keySet());
        Set<Set<String>> failedTogether = new HashSet<>();
        for (int count = 0; count < 12; ) {
            JsonNode failed =
                    JsonMapper.shared()
                            .readTree(Hive.payload(errors.next()))
                            .path("payloadsWithMetadata");
            count += failed.size();
            failedTogether.add(topicsOf(failed));
        }
        assertThat(failedTogether).contains(got.keySet());
    }

    /// https-rule-action, auth: checked by hand against the definition of Signature Version 4
    /// (docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
    @Test
    void aRequestIsSignedWithTheServersCredentials() throws Exception {
        rule(
                "signed",
                "SELECT * FROM 'in/signed'",
                http(h ->
                        h.url(receiver.url("/signed?b=2&a=1"))
                                .auth(a ->
                                        a.sigv4(s ->
                                                s.signingRegion("eu-west-1")
                                                        .serviceName("execute-api")
                                                        .roleArn("arn:aws:iam::0:role/r")))));
        Hive.publish(client, "in/signed", "{\"x\": 1}");
        confirm(receiver.questions.next());
        Receiver.Request got = receiver.requests.next();
        String authorization = got.header("authorization");
        String date = got.header("x-amz-date");
        String scope = date.substring(0, 8) + "/eu-west-1/execute-api/aws4_request";
        assertThat(authorization)
                .startsWith("AWS4-HMAC-SHA256 Credential=" + KEY + "/" + scope + ", ");
        String signedHeaders = authorization.replaceAll(".*SignedHeaders=([^,]*),.*", "$1");
        StringBuilder canonical = new StringBuilder("POST\n/signed\na=1&b=2\n");
        for (String name : signedHeaders.split(";")) {
            canonical.append(name).append(':').append(got.header(name)).append('\n');
        }
        canonical.append('\n').append(signedHeaders).append('\n').append(sha256(got.bytes()));
        String toSign =
                String.join(
                        "\n",
                        "AWS4-HMAC-SHA256",
                        date,
                        scope,
                        sha256(canonical.toString().getBytes(UTF_8)));
        byte[] key = hmac(("AWS4" + SECRET).getBytes(UTF_8), date.substring(0, 8));
        for (String part : List.of("eu-west-1", "execute-api", "aws4_request")) {
            key = hmac(key, part);
        }
        assertThat(authorization)
                .endsWith("Signature=" + HexFormat.of().formatHex(hmac(key, toSign)));
        assertThat(signedHeaders).contains("host", "x-amz-date");
    }

    private static String sha256(byte[] bytes) throws GeneralSecurityException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text.getBytes(UTF_8));
    }

    /// https-rule-action: redirects aren't followed, and an answer that never ends is cut off.
    @Test
    void aReceiverCanNeitherRedirectNorFlood() throws Exception {
        String url = receiver.url("/flood");
        receiver.answer(_ -> new Receiver.Answer(500, "x".repeat(100_000)));
        rule("flood", "SELECT * FROM 'in/flood'", http(h -> h.url(url)));
        Hive.publish(client, "in/flood", "{}");
        confirm(receiver.questions.next());
        receiver.requests.next();
        awaitReport("the answer (500) is longer than 65536 bytes");
        AtomicInteger redirected = new AtomicInteger();
        try (Receiver elsewhere = new Receiver()) {
            elsewhere.answer(_ -> new Receiver.Answer(200, "" + redirected.incrementAndGet()));
            receiver.answer(_ -> new Receiver.Answer(302, "", elsewhere.url("/elsewhere")));
            Hive.publish(client, "in/flood", "{}");
            receiver.requests.next();
            awaitReport("the receiver answered 302");
        }
        assertThat(redirected).hasValue(0);
    }

    private static void awaitReport(String text) {
        Until.present(
                text,
                () ->
                        Optional.of(server.get("/_homeport/rules").body())
                                .filter(body -> body.contains(text)));
    }
}
