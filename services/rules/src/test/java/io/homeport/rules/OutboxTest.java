package io.homeport.rules;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.core.Json;
import io.homeport.core.MessageProperties;
import io.homeport.core.Profile;
import io.homeport.rules.actions.ActionFailure;
import io.homeport.rules.actions.ActionPlan;
import io.homeport.rules.actions.ActionType;
import io.homeport.rules.actions.Delivery;
import io.homeport.rules.actions.Origin;
import io.homeport.rules.actions.PlanContext;
import io.homeport.storage.MemoryStore;
import io.homeport.testkit.SimTimers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.iot.model.Action;

/// The outbox between rules and targets, under a simulated clock and on one thread.
class OutboxTest {
    private static final RuleKey RULE = new RuleKey("000000000000", "us-east-1", "r");

    private final MemoryStore store = new MemoryStore();
    private final SimTimers timers = new SimTimers();
    private final Target target = new Target();
    private final Outcomes outcomes = new Outcomes();
    private Outbox outbox = open();

    /// A target that a test can take down.
    private static final class Target implements ActionType {
        final List<String> got = new ArrayList<>();
        @Nullable ActionFailure failure;
        Batch batch = Batch.SINGLE;
        final List<Integer> sizes = new ArrayList<>();

        @Override
        public String name() {
            return "target";
        }

        @Override
        public String failureName() {
            return "TargetAction";
        }

        @Override
        public boolean isIn(Action action) {
            return false;
        }

        @Override
        public ActionPlan plan(Action action, PlanContext context) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Batch batch(Delivery first) {
            return batch;
        }

        @Override
        public void perform(List<Delivery> deliveries) throws ActionFailure {
            if (failure != null) {
                deliveries
                        .subList(0, Math.min(failure.delivered(), deliveries.size()))
                        .forEach(delivery -> got.add(new String(delivery.body(), UTF_8)));
                throw failure;
            }
            sizes.add(deliveries.size());
            deliveries.forEach(delivery -> got.add(new String(delivery.body(), UTF_8)));
        }
    }

    private static final class Outcomes implements Outbox.Listener {
        final List<String> failed = new ArrayList<>();
        int delivered;
        int retries;
        @Nullable Delivery instead;

        @Override
        public void delivered(Delivery delivery) {
            delivered++;
        }

        @Override
        public void retried(Delivery delivery, int attempt, String reason) {
            retries++;
        }

        @Override
        public List<Delivery> failed(List<Delivery> deliveries, String reason) {
            List<Delivery> replacements = new ArrayList<>();
            for (Delivery delivery : deliveries) {
                failed.add(new String(delivery.body(), UTF_8) + ": " + reason);
                if (instead != null && delivery.action() != Delivery.ERROR_ACTION) {
                    replacements.add(instead);
                }
            }
            return replacements;
        }
    }

    private Outbox open() {
        return new Outbox(
                store,
                timers,
                timers,
                Runnable::run,
                Map.of("target", target),
                RulesLimits.of(Profile.OPEN).withOutbox(500, 1 << 20, Duration.ofMinutes(10)),
                outcomes);
    }

    @BeforeEach
    void start() {
        outbox.start();
    }

    private Delivery delivery(String topic, String payload, int action) {
        Origin origin =
                new Origin(
                        topic,
                        payload.getBytes(UTF_8),
                        1,
                        "c",
                        "p",
                        "127.0.0.1",
                        "trace",
                        0,
                        timers.millis(),
                        MessageProperties.NONE);
        return new Delivery(
                RULE.account(),
                RULE.region(),
                RULE.name(),
                action,
                "target",
                "t",
                Json.MAPPER.createObjectNode(),
                null,
                true,
                origin,
                timers.millis());
    }

    private void add(String topic, String payload) {
        outbox.add(delivery(topic, payload, 0)).join();
    }

    private static List<String> numbers(int count) {
        return IntStream.range(0, count).mapToObj(Integer::toString).toList();
    }

    private int rows() {
        byte[] from = Outbox.ROOT.encoded();
        return store.scan(from, Outbox.after(from), 1000).size();
    }

    @Test
    void whatIsDeliveredLeavesTheStore() {
        add("a", "1");
        assertThat(target.got).containsExactly("1");
        assertThat(outcomes.delivered).isEqualTo(1);
        assertThat(rows()).isZero();
        assertThat(outbox.usage(RULE)).isEqualTo(new Outbox.Usage(0, 0));
    }

    @Test
    void aTargetThatIsDownGetsEverythingInOrderOnceItIsBack() {
        target.failure = ActionFailure.transientFailure("down");
        numbers(200).forEach(number -> add("a", number));
        timers.advance(Duration.ofMinutes(1));
        assertThat(target.got).isEmpty();
        assertThat(rows()).isEqualTo(200);
        target.failure = null;
        timers.advance(Duration.ofMinutes(1));
        assertThat(target.got).isEqualTo(numbers(200));
        assertThat(rows()).isZero();
    }

    @Test
    void whatAnEarlierRunOfTheServerHasLeftIsDeliveredBeforeWhatIsNew() {
        target.failure = ActionFailure.transientFailure("down");
        numbers(100).forEach(number -> add("a", number));
        outbox.close();
        target.failure = null;
        outbox = open();
        outbox.start();
        add("a", "100");
        assertThat(target.got).isEqualTo(numbers(101));
        assertThat(rows()).isZero();
    }

    @Test
    void aTopicThatFailsDoesNotHoldUpAnotherAction() {
        target.failure = ActionFailure.transientFailure("down");
        add("a", "1");
        target.failure = null;
        outbox.add(delivery("a", "2", 1)).join();
        assertThat(target.got).containsExactly("2");
        timers.advance(Duration.ofSeconds(1));
        assertThat(target.got).containsExactly("2", "1");
    }

    @Test
    void aRefusedDeliveryIsReplacedByTheErrorActions() {
        target.failure = ActionFailure.permanent("no such bucket");
        outcomes.instead = delivery("a", "error", Delivery.ERROR_ACTION);
        add("a", "1");
        assertThat(outcomes.failed).containsExactly("1: no such bucket", "error: no such bucket");
        assertThat(rows()).isZero();
        target.failure = null;
        add("a", "2");
        assertThat(target.got).containsExactly("2");
    }

    @Test
    void aDeliveryThatWasTriedForTooLongFails() {
        target.failure = ActionFailure.transientFailure("down");
        add("a", "1");
        timers.advance(Duration.ofMinutes(11));
        assertThat(outcomes.failed).containsExactly("1: down");
        assertThat(outcomes.retries).isBetween(20, 40);
        assertThat(rows()).isZero();
    }

    @Test
    void deliveriesOfATopicAreHandedOverTogetherWhereTheTypeAllowsThat() {
        target.batch = new ActionType.Batch(10, 1 << 20, 20);
        numbers(25).forEach(number -> add("a", number));
        assertThat(target.got).isEmpty();
        timers.advance(Duration.ofMillis(100));
        assertThat(target.got).isEqualTo(numbers(25));
        assertThat(target.sizes).containsExactly(10, 10, 5);
    }

    @Test
    void aRuleWithTooMuchInTheOutboxHasNoMoreRoom() {
        target.failure = ActionFailure.transientFailure("down");
        numbers(500).forEach(number -> add("a", number));
        assertThat(outbox.hasRoom(RULE)).isFalse();
        assertThat(outbox.hasRoom(new RuleKey("000000000000", "us-east-1", "other"))).isTrue();
    }

    @Test
    void aBatchThatFailsInPartLosesTheFailedOnesAloneAndGoesOnBehindThem() {
        target.batch = new ActionType.Batch(10, 1 << 20, 20);
        numbers(10).forEach(number -> add("a", number));
        target.failure = ActionFailure.permanent("too large").after(3, 1);
        timers.advance(Duration.ofMillis(100));
        // 0, 1, 2 are delivered, 3 fails; then 4, 5, 6 and 7; and so on.
        assertThat(target.got).containsExactly("0", "1", "2", "4", "5", "6", "8", "9");
        assertThat(outcomes.failed).containsExactly("3: too large", "7: too large");
        assertThat(rows()).isZero();
        assertThat(outbox.usage(RULE)).isEqualTo(new Outbox.Usage(0, 0));
    }
}
