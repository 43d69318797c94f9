package io.homeport.compat;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.Action;
import software.amazon.awssdk.services.iot.model.InvalidRequestException;
import software.amazon.awssdk.services.iot.model.KafkaAction;
import software.amazon.awssdk.services.iot.model.KafkaActionHeader;

/// The kafka action against a real broker
/// (docs.aws.amazon.com/iot/latest/developerguide/apache-kafka-rule-action.html).
class KafkaActionTest {
    private static final String PASSWORD = "pass\"word";

    @TempDir static Path stores;

    private static KafkaBroker.Secured secured;
    private static String trustStore = "";
    private static TestServer server;
    private static IotClient iot;
    private static Mqtt5BlockingClient client;
    private static KafkaBroker kafka;
    private static String destination;

    @BeforeAll
    static void start() throws Exception {
        secured =
                new KafkaBroker.Secured(
                        ForeignServer.freePort(), stores.resolve("broker.p12"), PASSWORD, PASSWORD);
        makeStores();
        kafka = new KafkaBroker(stores.resolve("log"), ForeignServer.freePort(), secured);
        server = TestServer.start();
        iot = server.iot();
        client = Hive.plain(server, "publisher").buildBlocking();
        client.connect();
        destination = KafkaBroker.destination(iot);
    }

    /// A certificate for the broker, and a store that trusts it.
    private static void makeStores() throws Exception {
        Process keytool =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-genkeypair",
                                "-keyalg",
                                "EC",
                                "-alias",
                                "broker",
                                "-dname",
                                "CN=broker",
                                "-ext",
                                "san=ip:127.0.0.1",
                                "-storetype",
                                "PKCS12",
                                "-keystore",
                                secured.keyStore().toString(),
                                "-storepass",
                                PASSWORD)
                        .redirectErrorStream(true)
                        .start();
        String said = new String(keytool.getInputStream().readAllBytes(), UTF_8);
        assertThat(keytool.waitFor()).describedAs(said).isZero();
        KeyStore keys = KeyStore.getInstance(secured.keyStore().toFile(), PASSWORD.toCharArray());
        KeyStore trust = KeyStore.getInstance("PKCS12");
        trust.load(null, null);
        trust.setCertificateEntry("broker", keys.getCertificate("broker"));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        trust.store(bytes, "changeit".toCharArray());
        trustStore = Base64.getEncoder().encodeToString(bytes.toByteArray());
    }

    @AfterAll
    static void stop() throws Exception {
        client.disconnect();
        iot.close();
        server.close();
        kafka.close();
    }

    private static Map<String, String> properties(String... more) {
        Map<String, String> properties = new HashMap<>();
        properties.put("bootstrap.servers", kafka.address());
        properties.put("security.protocol", "PLAINTEXT");
        for (int i = 0; i < more.length; i += 2) {
            properties.put(more[i], more[i + 1]);
        }
        return properties;
    }

    private static void rule(String name, String sql, UnaryOperator<KafkaAction.Builder> how) {
        Action action =
                Action.builder()
                        .kafka(
                                how.apply(
                                                KafkaAction.builder()
                                                        .destinationArn(destination)
                                                        .clientProperties(properties()))
                                        .build())
                        .build();
        iot.createTopicRule(r ->
                r.ruleName(name)
                        .topicRulePayload(
                                p -> p.awsIotSqlVersion("2016-03-23").sql(sql).actions(action)));
    }

    private static String header(ConsumerRecord<String, byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), UTF_8);
    }

    @Test
    void aRecordHasTheTopicKeyPartitionAndHeadersOfTheTemplates() {
        rule(
                "all",
                "SELECT temperature FROM 'in/+/all'",
                k ->
                        k.topic("things-${topic(1)}")
                                .key("${topic(2)}")
                                .partition("${p}")
                                .headers(
                                        KafkaActionHeader.builder()
                                                .key("from")
                                                .value("${topic()}")
                                                .build())
                                .clientProperties(
                                        properties("acks", "all", "compression.type", "zstd")));
        Hive.publish(client, "in/lamp/all", "{\"temperature\": 20, \"p\": 2}");
        ConsumerRecord<String, byte[]> got = kafka.read("things-in", 2, 1).getFirst();
        assertThat(got.key()).isEqualTo("lamp");
        assertThat(new String(got.value(), UTF_8)).isEqualTo("{\"temperature\":20}");
        assertThat(header(got, "from")).isEqualTo("in/lamp/all");
    }

    /// Records of one key keep their order.
    @Test
    void recordsKeepTheOrderOfTheirMessages() {
        rule("ordered", "SELECT * FROM 'in/ordered'", k -> k.topic("ordered").partition("0"));
        List<String> numbers = IntStream.range(0, 300).mapToObj(i -> "{\"n\": " + i + "}").toList();
        numbers.forEach(number -> Hive.publish(client, "in/ordered", number));
        assertThat(KafkaBroker.values(kafka.read("ordered", 0, 300))).isEqualTo(numbers);
    }

    private static Map<String, String> encrypted(String mechanism, String password) {
        String kind = mechanism.equals("PLAIN") ? "sasl.plain." : "sasl.scram.";
        return Map.of(
                "bootstrap.servers",
                "127.0.0.1:" + secured.port(),
                "security.protocol",
                "SASL_SSL",
                "ssl.truststore",
                trustStore,
                "ssl.truststore.password",
                "changeit",
                "sasl.mechanism",
                mechanism,
                kind + "username",
                "homeport",
                kind + "password",
                password);
    }

    /// A secret is read when the connection is made; a wrong one is told and tried again.
    @ParameterizedTest
    @ValueSource(strings = {"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"})
    void theBrokerIsReachedOverTlsWithASecretPassword(String mechanism) {
        String topic = "secret-" + mechanism;
        String in = "in/" + topic;
        server.operator("PUT", "/_homeport/aws/secretsmanager/secrets?key=kafka", PASSWORD);
        rule(
                topic.replace('-', '_'),
                "SELECT * FROM '" + in + "'",
                k ->
                        k.topic(topic)
                                .partition("0")
                                .clientProperties(
                                        encrypted(
                                                mechanism,
                                                "${get_secret('kafka', 'SecretString',"
                                                        + " 'arn:aws:iam::0:role/r')}")));
        rule(
                "wrong",
                "SELECT * FROM '" + in + "'",
                k -> k.topic("wrong").clientProperties(encrypted(mechanism, "wrong")));
        Hive.publish(client, in, "{\"a\": 1}");
        assertThat(KafkaBroker.values(kafka.read(topic, 0, 1))).containsExactly("{\"a\": 1}");
        Until.present(
                "report of the wrong password",
                () ->
                        Optional.of(server.get("/_homeport/rules").body())
                                .filter(body -> body.contains("SaslAuthenticationException")));
        iot.deleteTopicRule(r -> r.ruleName("wrong"));
    }

    /// What the broker would refuse each time goes to the error action at once.
    @Test
    void aPartitionThatThereIsNotFailsAndDoesNotHoldUpTheNext() throws Exception {
        Action action =
                Action.builder()
                        .kafka(k ->
                                k.destinationArn(destination)
                                        .topic("three")
                                        .partition("${p}")
                                        .clientProperties(properties()))
                        .build();
        iot.createTopicRule(r ->
                r.ruleName("partitions")
                        .topicRulePayload(p ->
                                p.sql("SELECT * FROM 'in/three'")
                                        .actions(action)
                                        .errorAction(a ->
                                                a.republish(e ->
                                                        e.topic("errors/three")
                                                                .roleArn(
                                                                        "arn:aws:iam::0:role/r")))));
        var errors = Hive.subscribe(client, "errors/three");
        Hive.publish(client, "in/three", "{\"p\": 7}");
        Hive.publish(client, "in/three", "{\"p\": 1}");
        assertThat(Hive.payload(errors.next()))
                .contains("KafkaAction", "has 3 partitions, none of them is 7");
        assertThat(kafka.read("three", 1, 1)).hasSize(1);
    }

    private static void refused(String problem, UnaryOperator<KafkaAction.Builder> how) {
        assertThatThrownBy(() -> rule("bad", "SELECT * FROM 'x'", k -> how.apply(k.topic("t"))))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("actions[0].kafka: " + problem);
    }

    @Test
    void propertiesThatCannotWorkAreRefusedByName() {
        refused("destinationArn", k -> k.destinationArn(destination + "0"));
        refused("clientProperties.bootstrap.servers", k -> k.clientProperties(Map.of("acks", "1")));
        refused("clientProperties.acks", k -> k.clientProperties(properties("acks", "2")));
        refused(
                "clientProperties.linger.ms",
                k -> k.clientProperties(properties("linger.ms", "9")));
        refused(
                "clientProperties.sasl.mechanism is missing",
                k -> k.clientProperties(properties("security.protocol", "SASL_SSL")));
        refused(
                "clientProperties.sasl.scram.username is missing",
                k ->
                        k.clientProperties(
                                properties(
                                        "security.protocol",
                                        "SASL_SSL",
                                        "sasl.mechanism",
                                        "SCRAM-SHA-512")));
        refused(
                "clientProperties.sasl.mechanism asks for Kerberos",
                k ->
                        k.clientProperties(
                                properties(
                                        "security.protocol",
                                        "SASL_SSL",
                                        "sasl.mechanism",
                                        "GSSAPI")));
    }
}
