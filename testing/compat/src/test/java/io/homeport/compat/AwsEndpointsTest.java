package io.homeport.compat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.homeport.targets.TargetSettings;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.Action;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What rules send to endpoints that the server is given, and what they do when those fail.
class AwsEndpointsTest {
    private static final String ROLE = "arn:aws:iam::000000000000:role/rules";

    private static Receiver queues;
    private static Receiver models;
    private static Receiver domain;
    private static Receiver logs;
    private static SmtpServer smtp;
    private static TestServer server;
    private static IotClient iot;
    private static Mqtt5BlockingClient client;

    @BeforeAll
    static void start() throws Exception {
        queues = new Receiver();
        models = new Receiver();
        domain = new Receiver();
        logs = new Receiver();
        smtp = new SmtpServer();
        server =
                TestServer.start(settings ->
                        settings.withTargets(
                                new TargetSettings(
                                        TargetSettings.endpoints(
                                                List.of(
                                                        "sqs=" + queues.url(""),
                                                        "logs=" + logs.url(""),
                                                        "machinelearning=" + models.url("/"))),
                                        TargetSettings.keys("AKID:secret"),
                                        TargetSettings.mail(
                                                "smtp://127.0.0.1:" + smtp.port(),
                                                "rules@example.org"))));
        iot = server.iot();
        client = Hive.plain(server, "sensor").buildBlocking();
        client.connect();
    }

    @AfterAll
    static void stop() {
        client.disconnect();
        iot.close();
        server.close();
        List.of(queues, models, domain, logs).forEach(Receiver::close);
        smtp.close();
    }

    private static Action action(Consumer<Action.Builder> made) {
        return Action.builder().applyMutation(made).build();
    }

    private static void rule(String name, String sql, Action action) {
        iot.createTopicRule(r ->
                r.ruleName(name)
                        .topicRulePayload(p ->
                                p.sql(sql)
                                        .awsIotSqlVersion("2016-03-23")
                                        .actions(action)
                                        .errorAction(
                                                action(a ->
                                                        a.republish(e ->
                                                                e.topic("errors/" + name)
                                                                        .roleArn(ROLE))))));
    }

    /// A service that is busy is asked again; what it refuses goes to the error action, at once.
    @Test
    void aBusyServiceIsTriedAgainAndARefusalIsNot() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        queues.answer(request -> {
            if (request.json().path("QueueUrl").asString().endsWith("absent")) {
                return Sqs.ABSENT;
            }
            return calls.incrementAndGet() <= 2 ? Sqs.BUSY : Sqs.taken(request);
        });
        rule(
                "busy",
                "SELECT * FROM 'in/busy'",
                action(a -> a.sqs(s -> s.queueUrl("https://q/1/busy").roleArn(ROLE))));
        rule(
                "absent",
                "SELECT * FROM 'in/absent'",
                action(a -> a.sqs(s -> s.queueUrl("https://q/1/absent").roleArn(ROLE))));
        Inbox<Mqtt5Publish> errors = Hive.subscribe(client, "errors/absent");
        Hive.publish(client, "in/busy", "1");
        Receiver.Request request = queues.requests.next(3).getLast();
        assertThat(Sqs.body(request)).isEqualTo("1");
        assertThat(request.header("x-amz-target")).isEqualTo("AmazonSQS.SendMessage");
        assertThat(request.header("authorization"))
                .startsWith("AWS4-HMAC-SHA256 Credential=AKID/")
                .contains("/us-east-1/sqs/aws4_request");
        Hive.publish(client, "in/absent", "2");
        JsonNode document = JsonMapper.shared().readTree(Hive.payload(errors.next()));
        assertThat(document.at("/failures/0/failedAction").asString()).isEqualTo("SqsAction");
        assertThat(document.at("/failures/0/failedResource").asString())
                .isEqualTo("https://q/1/absent");
        assertThat(document.at("/failures/0/errorMessage").asString()).contains("no such queue");
    }

    /// CloudWatch Logs API reference, PutLogEvents: what is too old is told of in an answer 200.
    @Test
    void eventsThatTheLogDidNotTakeGoToTheErrorAction() throws Exception {
        logs.answer(_ ->
                new Receiver.Answer(
                        200, "{\"rejectedLogEventsInfo\": {\"tooOldLogEventEndIndex\": 1}}"));
        rule(
                "old",
                "SELECT VALUE events FROM 'in/old'",
                action(a ->
                        a.cloudwatchLogs(l -> l.logGroupName("g").batchMode(true).roleArn(ROLE))));
        Inbox<Mqtt5Publish> errors = Hive.subscribe(client, "errors/old");
        Hive.publish(client, "in/old", "{\"events\": [{\"timestamp\": 1, \"message\": \"m\"}]}");
        JsonNode document = JsonMapper.shared().readTree(Hive.payload(errors.next()));
        assertThat(document.at("/failures/0/errorMessage").asString())
                .contains("events were not taken", "TooOldLogEventEndIndex=1");
        assertThat(logs.requests.next().json().at("/logEvents/0/timestamp").asLong()).isEqualTo(1);
    }

    /// opensearch-rule-action: a domain that is not AWS's is called where it is, signed.
    @Test
    void aDomainOfOnesOwnGetsSignedDocuments() throws Exception {
        rule(
                "indexed",
                "SELECT * FROM 'in/indexed'",
                action(a ->
                        a.openSearch(o ->
                                o.endpoint(domain.url(""))
                                        .index("readings")
                                        .type("_doc")
                                        .id("${topic()}")
                                        .roleArn(ROLE))));
        Hive.publish(client, "in/indexed", "{\"v\": 1}");
        Receiver.Request request = domain.requests.next();
        assertThat(request.uri()).isEqualTo("/readings/_doc/in%2Findexed");
        assertThat(request.body()).isEqualTo("{\"v\": 1}");
        assertThat(request.header("authorization")).contains("/us-east-1/es/aws4_request");
    }

    /// iot-sql-functions, machinelearning_predict.
    @Test
    void aModelPredicts() throws Exception {
        models.answer(
                _ -> new Receiver.Answer(200, "{\"Prediction\": {\"predictedLabel\": \"warm\"}}"));
        rule(
                "predicted",
                "SELECT machinelearning_predict('ml-1', '"
                        + ROLE
                        + "', *).predictedLabel AS label FROM 'in/predicted'",
                action(a -> a.republish(r -> r.topic("out/predicted").roleArn(ROLE))));
        Inbox<Mqtt5Publish> inbox = Hive.subscribe(client, "out/predicted");
        Hive.publish(client, "in/predicted", "{\"v\": 20.5}");
        assertThat(Hive.payload(inbox.next())).isEqualTo("{\"label\":\"warm\"}");
        Receiver.Request request = models.requests.next();
        assertThat(request.header("x-amz-target")).isEqualTo("AmazonML_20141212.Predict");
        assertThat(request.json().path("MLModelId").asString()).isEqualTo("ml-1");
        assertThat(request.json().at("/Record/v").asString()).isEqualTo("20.5");
    }

    /// iot-sql-functions, decode: the descriptors are in a bucket, here that of the stand-in.
    @Test
    void protobufIsDecodedWithDescriptorsFromABucket() throws Exception {
        FileDescriptorProto file =
                FileDescriptorProto.newBuilder()
                        .setName("reading.proto")
                        .setSyntax("proto3")
                        .addMessageType(
                                DescriptorProto.newBuilder()
                                        .setName("Reading")
                                        .addField(
                                                FieldDescriptorProto.newBuilder()
                                                        .setName("v")
                                                        .setNumber(1)
                                                        .setType(
                                                                FieldDescriptorProto.Type
                                                                        .TYPE_INT32)))
                        .build();
        byte[] set = FileDescriptorSet.newBuilder().addFile(file).build().toByteArray();
        try (HttpClient http = HttpClient.newHttpClient()) {
            URI url =
                    URI.create(
                            server.endpoints().apiUrl()
                                    + "/_homeport/aws/s3/schemas?key=reading.desc");
            HttpRequest put =
                    HttpRequest.newBuilder(url)
                            .PUT(HttpRequest.BodyPublishers.ofByteArray(set))
                            .build();
            assertThat(http.send(put, HttpResponse.BodyHandlers.discarding()).statusCode())
                    .isEqualTo(200);
        }
        rule(
                "decoded",
                "SELECT VALUE decode(*, 'proto', 'schemas', 'reading.desc', 'reading', 'Reading')"
                        + " FROM 'in/decoded'",
                action(a -> a.republish(r -> r.topic("out/decoded").roleArn(ROLE))));
        Inbox<Mqtt5Publish> inbox = Hive.subscribe(client, "out/decoded");
        Hive.publish(client, "in/decoded", new String(new byte[] {8, 42}, UTF_8));
        assertThat(Hive.payload(inbox.next())).isEqualTo("{\"v\":42}");
    }

    /// SNS developer guide, "Email notifications".
    @Test
    void aTopicSendsMailEvenIfTheServerIsBusyAtFirstAndThenPutsItOff() throws Exception {
        assertThat(
                        server.post(
                                        "/_homeport/aws/sns/mails/subscriptions",
                                        "{\"protocol\": \"email\", \"endpoint\": \"ann@example.org\"}")
                                .statusCode())
                .isEqualTo(200);
        rule(
                "mailed",
                "SELECT * FROM 'in/mailed'",
                action(a ->
                        a.sns(s ->
                                s.targetArn("arn:aws:sns:us-east-1:000000000000:mails")
                                        .roleArn(ROLE))));
        smtp.busy.set(1);
        smtp.greyListed.set(1);
        Hive.publish(client, "in/mailed", "It is hot.");
        assertThat(smtp.mails.next())
                .contains("ann@example.org", "From: rules@example.org", "It is hot.");
    }
}
