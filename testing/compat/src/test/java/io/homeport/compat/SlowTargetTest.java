package io.homeport.compat;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.Action;

/// A target that answers late, and once later than anybody waits for.
class SlowTargetTest {
    private static final int TOPICS = 4;
    private static final int EACH = 4;
    private static final long DELAY_MILLIS = 300;

    /// Its first request is answered only once the server has given it up and sent it again.
    private static final Sent FORGOTTEN = new Sent(0, 1);

    private record Sent(int topic, int number) {
        static Sent of(Receiver.Request request) {
            return new Sent(request.json().path("t").asInt(), request.json().path("n").asInt());
        }
    }

    /// A target that notes what it gets and answers nothing until it is let. Thread-safe.
    private static final class SlowTarget {
        final Inbox<Sent> arrived = new Inbox<>();
        final CompletableFuture<Void> mayAnswer = new CompletableFuture<>();
        private final CompletableFuture<Void> sentAgain = new CompletableFuture<>();
        private boolean forgot;

        synchronized CompletableFuture<Receiver.Answer> answer(Receiver.Request request) {
            Sent sent = Sent.of(request);
            arrived.add(sent);
            CompletableFuture<Void> start = mayAnswer;
            if (sent.equals(FORGOTTEN)) {
                if (forgot) {
                    sentAgain.complete(null);
                } else {
                    start = sentAgain;
                }
                forgot = true;
            }
            return start.thenApplyAsync(
                    _ -> new Receiver.Answer(200, ""),
                    CompletableFuture.delayedExecutor(DELAY_MILLIS, MILLISECONDS));
        }
    }

    private static void makeRules(IotClient iot, String url) {
        String role = "arn:aws:iam::000000000000:role/rules";
        Action http = Action.builder().http(h -> h.url(url)).build();
        Action republish = Action.builder().republish(o -> o.topic("out").roleArn(role)).build();
        makeRule(iot, "slow", "SELECT cast(topic(3) AS Int) AS t, n FROM 'in/slow/+'", http);
        makeRule(iot, "quick", "SELECT * FROM 'in/quick'", republish);
    }

    private static void makeRule(IotClient iot, String name, String sql, Action action) {
        iot.createTopicRule(r ->
                r.ruleName(name)
                        .topicRulePayload(
                                p -> p.awsIotSqlVersion("2016-03-23").sql(sql).actions(action)));
    }

    /// Nothing is lost, each topic keeps its order, and no publisher waits for the target.
    @Test
    void aSlowTargetGetsEverythingInOrderAndHoldsUpNobodyElse() throws Exception {
        SlowTarget target = new SlowTarget();
        try (Receiver receiver = new Receiver();
                TestServer server = TestServer.start();
                IotClient iot = server.iot()) {
            receiver.answerLater(target::answer);
            makeRules(iot, receiver.url("/slow"));
            HttpActionTest.confirm(receiver.questions.next());
            Mqtt5BlockingClient client = Hive.plain(server, "publisher").buildBlocking();
            client.connect();
            for (int number = 0; number < EACH; number++) {
                for (int topic = 0; topic < TOPICS; topic++) {
                    Hive.publish(client, "in/slow/" + topic, "{\"n\": " + number + "}");
                }
            }
            List<Sent> arrived = new ArrayList<>(target.arrived.next(TOPICS));
            assertThat(arrived)
                    .describedAs("each topic's first one, none of which has been answered yet")
                    .containsExactlyInAnyOrderElementsOf(
                            IntStream.range(0, TOPICS).mapToObj(t -> new Sent(t, 0)).toList());
            Mqtt5BlockingClient other = Hive.plain(server, "other").buildBlocking();
            other.connect();
            Inbox<Mqtt5Publish> inbox = Hive.subscribe(other, "out");
            Hive.publish(other, "in/quick", "{\"v\":1}");
            assertThat(Hive.payload(inbox.next())).isEqualTo("{\"v\":1}");

            target.mayAnswer.complete(null);
            while (new LinkedHashSet<>(arrived).size() < TOPICS * EACH) {
                arrived.add(target.arrived.next());
            }
            Map<Integer, List<Integer>> all = new TreeMap<>();
            List<Integer> numbers = IntStream.range(0, EACH).boxed().toList();
            IntStream.range(0, TOPICS).forEach(topic -> all.put(topic, numbers));
            assertThat(byTopic(arrived)).isEqualTo(all);
            assertThat(Collections.frequency(arrived, FORGOTTEN)).isGreaterThan(1);
            int again = arrived.lastIndexOf(FORGOTTEN);
            assertThat(arrived.subList(0, again))
                    .describedAs("other topics went on while the forgotten one waited")
                    .contains(new Sent(1, 1), new Sent(2, 1), new Sent(3, 1))
                    .doesNotContain(new Sent(0, 2));
            client.disconnect();
            other.disconnect();
        }
    }

    /// Without what came twice, which at least once allows.
    private static Map<Integer, List<Integer>> byTopic(List<Sent> all) {
        Map<Integer, List<Integer>> numbers = new TreeMap<>();
        new LinkedHashSet<>(all)
                .forEach(s ->
                        numbers.computeIfAbsent(s.topic(), _ -> new ArrayList<>()).add(s.number()));
        return numbers;
    }
}
