package io.homeport.compat;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.Action;

/// Targets that are down, refuse and are slow for longer than the server runs.
class TargetOutageTest {
    private static final int TOPICS = 4;
    private static final int EACH = 25;

    @TempDir Path directory;

    private ServerProcess start() throws Exception {
        return ServerProcess.start(
                directory, "--any-credentials", "--anonymous", "--mqtt-port", "0");
    }

    private static void makeRules(IotClient iot, String url, KafkaBroker kafka) {
        String destination = KafkaBroker.destination(iot);
        Action http = Action.builder().http(h -> h.url(url)).build();
        Action record =
                Action.builder()
                        .kafka(k ->
                                k.destinationArn(destination)
                                        .topic("outage")
                                        .key("${topic()}")
                                        .partition("0")
                                        .clientProperties(
                                                Map.of(
                                                        "bootstrap.servers",
                                                        kafka.address(),
                                                        "security.protocol",
                                                        "PLAINTEXT",
                                                        "acks",
                                                        "all")))
                        .build();
        iot.createTopicRule(r ->
                r.ruleName("outage")
                        .topicRulePayload(p ->
                                p.awsIotSqlVersion("2016-03-23")
                                        .sql("SELECT topic() AS t, n FROM 'in/outage/+'")
                                        .actions(http, record)));
    }

    /// Without what came twice, which at least once allows.
    private static Map<String, List<Integer>> byTopic(List<String> payloads) {
        Map<String, List<Integer>> numbers = new TreeMap<>();
        for (String payload : new LinkedHashSet<>(payloads)) {
            String topic = payload.replaceAll(".*\"t\":\"([^\"]*)\".*", "$1");
            int number = Integer.parseInt(payload.replaceAll(".*\"n\":(\\d+).*", "$1"));
            numbers.computeIfAbsent(topic, _ -> new ArrayList<>()).add(number);
        }
        return numbers;
    }

    /// Nothing is lost, and each topic keeps its order.
    @Test
    void whatTargetsMissedWhileTheServerDiedReachesThemInOrder() throws Exception {
        Path log = directory.resolve("kafka");
        int kafkaPort = ForeignServer.freePort();
        KafkaBroker kafka = new KafkaBroker(log, kafkaPort, null);
        Receiver first = new Receiver();
        int port = first.port();
        try (ServerProcess server = start()) {
            try (IotClient iot = server.iot()) {
                makeRules(iot, first.url("/outage"), kafka);
                HttpActionTest.confirm(first.questions.next());
            }
            first.close();
            kafka.stop();
            Mqtt5BlockingClient client =
                    Hive.plain(server.port("mqttPort"), "publisher").buildBlocking();
            client.connect();
            for (int n = 0; n < EACH; n++) {
                for (int topic = 0; topic < TOPICS; topic++) {
                    Hive.publish(client, "in/outage/" + topic, "{\"n\": " + n + "}");
                }
            }
            server.kill();
        }
        kafka = new KafkaBroker(log, kafkaPort, null);
        AtomicInteger refusals = new AtomicInteger(8);
        try (KafkaBroker running = kafka;
                Receiver back = new Receiver(port);
                ServerProcess again = start()) {
            List<String> accepted = new ArrayList<>();
            Inbox<String> taken = new Inbox<>();
            back.answer(request -> {
                if (refusals.getAndDecrement() > 0) {
                    return new Receiver.Answer(503, "later");
                }
                taken.add(request.body());
                return new Receiver.Answer(200, "");
            });
            Map<String, List<Integer>> all = new TreeMap<>();
            List<Integer> numbers = IntStream.range(0, EACH).boxed().toList();
            IntStream.range(0, TOPICS).forEach(t -> all.put("in/outage/" + t, numbers));
            while (new LinkedHashSet<>(accepted).size() < TOPICS * EACH) {
                accepted.add(taken.next());
            }
            assertThat(byTopic(accepted)).isEqualTo(all);
            assertThat(byTopic(KafkaBroker.values(running.read("outage", 0, TOPICS * EACH))))
                    .isEqualTo(all);
            assertThat(again.isAlive()).isTrue();
        }
    }
}
