package io.homeport.compat;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.Action;

/// A queue that is down for longer than the server lives, and a stand-in that the server dies over.
class AwsOutageTest {
    private static final int COUNT = 50;
    private static final String ROLE = "arn:aws:iam::000000000000:role/rules";

    @TempDir Path directory;

    private ServerProcess start(int port) throws Exception {
        return ServerProcess.start(
                directory,
                "--any-credentials",
                "--anonymous",
                "--mqtt-port",
                "0",
                "--aws-endpoint",
                "sqs=http://127.0.0.1:" + port,
                "--aws-credentials",
                "ID:SECRET");
    }

    @Test
    void nothingIsLostOrOutOfOrderAcrossAKill() throws Exception {
        Receiver first = new Receiver();
        int port = first.port();
        first.close();
        try (ServerProcess server = start(port)) {
            try (IotClient iot = server.iot()) {
                iot.createTopicRule(r ->
                        r.ruleName("outage")
                                .topicRulePayload(p ->
                                        p.sql("SELECT VALUE n FROM 'in/outage'")
                                                .awsIotSqlVersion("2016-03-23")
                                                .actions(
                                                        Action.builder()
                                                                .sqs(q ->
                                                                        q.queueUrl("https://q/1/q")
                                                                                .roleArn(ROLE))
                                                                .build(),
                                                        Action.builder()
                                                                .kinesis(k ->
                                                                        k.streamName("s")
                                                                                .roleArn(ROLE))
                                                                .build())));
            }
            Mqtt5BlockingClient client =
                    Hive.plain(server.port("mqttPort"), "publisher").buildBlocking();
            client.connect();
            for (int n = 0; n < COUNT; n++) {
                Hive.publish(client, "in/outage", "{\"n\": " + n + "}");
            }
            server.kill();
        }
        Set<String> expected =
                IntStream.range(0, COUNT)
                        .mapToObj(Integer::toString)
                        .collect(Collectors.toCollection(LinkedHashSet::new));
        AtomicInteger refusals = new AtomicInteger(5);
        try (Receiver back = new Receiver(port)) {
            Inbox<String> taken = new Inbox<>();
            back.answer(request -> {
                if (refusals.getAndDecrement() > 0) {
                    return Sqs.BUSY;
                }
                taken.add(Sqs.body(request));
                return Sqs.taken(request);
            });
            try (ServerProcess again = start(port)) {
                Set<String> got = new LinkedHashSet<>();
                while (got.size() < COUNT) {
                    got.add(taken.next());
                }
                assertThat(got).containsExactlyElementsOf(expected);
                Path file = directory.resolve("stand-ins/000000000000/us-east-1/kinesis/s.jsonl");
                Set<String> kept =
                        Until.present(
                                "all entries",
                                () -> Optional.of(kept(file)).filter(all -> all.size() == COUNT));
                assertThat(kept).containsExactlyElementsOf(expected);
                assertThat(again.isAlive()).isTrue();
            }
        }
    }

    private static Set<String> kept(Path file) {
        try {
            return Files.readAllLines(file).stream()
                    .map(line -> line.replaceAll(".*\"data\":\"(\\d+)\".*", "$1"))
                    .collect(Collectors.toCollection(LinkedHashSet::new));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
