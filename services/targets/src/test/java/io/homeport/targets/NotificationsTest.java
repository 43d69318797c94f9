package io.homeport.targets;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.core.AccountId;
import io.homeport.core.FunctionInvoker;
import io.homeport.core.Message;
import io.homeport.core.MessageBus;
import io.homeport.core.targets.TargetCall;
import io.homeport.core.targets.TargetScope;
import io.homeport.storage.Database;
import io.homeport.storage.MemoryStore;
import io.homeport.testkit.SimTimers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Subscribers of topics, under a simulated clock and on one thread.
class NotificationsTest {
    private static final TargetScope SCOPE = new TargetScope(AccountId.DEFAULT, "us-east-1");
    private static final String TOPIC = "arn:aws:sns:us-east-1:000000000000:alarms";

    @TempDir Path folder;
    private final Database database = new Database(new MemoryStore());
    private final SimTimers timers = new SimTimers();
    private final Bus bus = new Bus();
    private TargetsService service = open(Path.of("unset"));

    /// A broker that a test can take down.
    private static final class Bus implements MessageBus {
        final List<String> published = new ArrayList<>();
        boolean down;
        boolean broken;

        @Override
        public CompletableFuture<Void> publish(Message message) {
            if (broken) {
                throw new IllegalStateException("broken");
            }
            if (down) {
                return CompletableFuture.failedFuture(new IllegalStateException("down"));
            }
            published.add(
                    message.topic() + " " + new String(message.payload(), StandardCharsets.UTF_8));
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public Subscription subscribe(AccountId account, String topicFilter, Handler handler) {
            throw new UnsupportedOperationException();
        }
    }

    private static final class NoFunctions implements FunctionInvoker {
        @Override
        public Result invoke(Call call, Duration patience) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Optional<Refused> invokeLater(Call call) {
            throw new UnsupportedOperationException();
        }
    }

    private TargetsService open(Path root) {
        return new TargetsService(
                new TargetsService.Ports(
                        database,
                        timers,
                        timers,
                        new Random(1),
                        Runnable::run,
                        bus,
                        new NoFunctions(),
                        root,
                        false),
                TargetSettings.STAND_INS,
                new StandInLimits(10, 1000, 10, 3));
    }

    @BeforeEach
    void start() {
        service = open(folder);
        service.start();
    }

    private void publish(String text) {
        service.send(SCOPE, new TargetCall.Notify(TOPIC, text, false));
    }

    private Notifications.Report report() {
        return service.notifications().subscriptions(SCOPE, "alarms").getFirst();
    }

    private void subscribe(String topic) {
        service.notifications()
                .subscribe(SCOPE, "alarms", Subscription.Protocol.MQTT, topic, false);
    }

    @Test
    void eachSubscriberGetsEachMessageInItsOwnWords() {
        subscribe("a");
        subscribe("b");
        publish("1");
        service.send(
                SCOPE,
                new TargetCall.Notify(
                        TOPIC, "{\"default\": \"d\", \"mqtt\": \"m\", \"sqs\": \"s\"}", true));
        assertThat(bus.published).containsExactlyInAnyOrder("a 1", "b 1", "a m", "b m");
    }

    @Test
    void whatASubscriberCantTakeWaitsAcrossARestartInOrder() {
        subscribe("a");
        bus.down = true;
        publish("1");
        publish("2");
        timers.advance(Duration.ofMinutes(2));
        assertThat(report().waiting()).isEqualTo(2);
        assertThat(report().lastError()).contains("down");
        service.close();
        bus.down = false;
        timers.advance(Duration.ofMinutes(2));
        assertThat(bus.published).isEmpty();
        start();
        assertThat(bus.published).containsExactly("a 1", "a 2");
        publish("3");
        assertThat(bus.published).endsWith("a 3");
        assertThat(report().delivered()).isEqualTo(3);
    }

    @Test
    void whatIsTooMuchOrTooOldIsCountedAsLost() {
        subscribe("a");
        bus.down = true;
        for (int n = 0; n < 5; n++) {
            publish("" + n);
        }
        assertThat(report().waiting()).isEqualTo(3);
        assertThat(report().lost()).isEqualTo(2);
        timers.advance(Duration.ofHours(2));
        assertThat(report().waiting()).isZero();
        assertThat(report().lost()).isEqualTo(5);
    }

    @Test
    void aMistakeInOneNotificationHoldsUpNoOthers() {
        subscribe("a");
        bus.broken = true;
        publish("1");
        bus.broken = false;
        publish("2");
        assertThat(bus.published).containsExactly("a 2");
        assertThat(report().lost()).isEqualTo(1);
    }

    @Test
    void whoUnsubscribesGetsNothingMore() {
        subscribe("a");
        bus.down = true;
        publish("1");
        String id = report().subscription().id();
        assertThat(service.notifications().unsubscribe(SCOPE, "alarms", id)).isTrue();
        assertThat(service.notifications().unsubscribe(SCOPE, "alarms", id)).isFalse();
        bus.down = false;
        timers.advance(Duration.ofHours(2));
        publish("2");
        assertThat(bus.published).isEmpty();
    }
}
