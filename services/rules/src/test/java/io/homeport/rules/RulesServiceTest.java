package io.homeport.rules;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.homeport.aws.Caller;
import io.homeport.aws.Operation;
import io.homeport.aws.OperationTable;
import io.homeport.aws.PageTokens;
import io.homeport.core.AccountId;
import io.homeport.core.Message;
import io.homeport.core.MessageBus;
import io.homeport.core.MessageProperties;
import io.homeport.core.Profile;
import io.homeport.rules.logging.IotLog;
import io.homeport.sql.ExternalFunctions;
import io.homeport.sql.SqlLimits;
import io.homeport.storage.Database;
import io.homeport.storage.MemoryStore;
import io.homeport.testkit.SimTimers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.iot.model.Action;
import software.amazon.awssdk.services.iot.model.CreateTopicRuleRequest;
import software.amazon.awssdk.services.iot.model.GetTopicRuleRequest;
import software.amazon.awssdk.services.iot.model.ListTopicRuleDestinationsRequest;
import software.amazon.awssdk.services.iot.model.ListTopicRuleDestinationsResponse;
import software.amazon.awssdk.services.iot.model.ReplaceTopicRuleRequest;
import software.amazon.awssdk.services.iot.model.TopicRulePayload;
import software.amazon.awssdk.services.iot.model.UnauthorizedException;
import software.amazon.awssdk.utils.builder.SdkBuilder;

/// Rules between their operations and a broker that fails, under a simulated clock and on one
/// thread.
class RulesServiceTest {
    private final MemoryStore store = new MemoryStore();
    private final Database database = new Database(store);
    private final SimTimers timers = new SimTimers();
    private final Bus bus = new Bus();
    private final Tags tags = new Tags();
    private final Operations operations = new Operations();
    private final RulesService rules = open();

    /// A broker that a test can take down.
    private static final class Bus implements MessageBus {
        final Map<String, Handler> handlers = new HashMap<>();
        boolean down;
        Runnable atSubscribe = () -> {};

        @Override
        public CompletableFuture<Void> publish(Message message) {
            return down
                    ? CompletableFuture.failedFuture(new IllegalStateException("down"))
                    : CompletableFuture.completedFuture(null);
        }

        @Override
        public Subscription subscribe(AccountId account, String topicFilter, Handler handler) {
            if (down) {
                throw new IllegalStateException("down");
            }
            atSubscribe.run();
            handlers.put(topicFilter, handler);
            return () -> handlers.remove(topicFilter, handler);
        }
    }

    private static final class Tags implements TagStore {
        boolean refuses;

        @Override
        public void put(String resourceArn, Map<String, String> given) {
            if (refuses) {
                throw new IllegalArgumentException("refused");
            }
        }

        @Override
        public void forget(String resourceArn) {}
    }

    private static final class NoCalls implements ExternalCalls {
        @Override
        public Set<String> answered() {
            return Set.of();
        }

        @Override
        public ExternalFunctions of(AccountId account, String region, String ruleArn) {
            return ExternalFunctions.NONE;
        }
    }

    private static final class Operations implements OperationTable {
        private final Map<Class<?>, Operation<SdkPojo, SdkPojo>> byRequest = new HashMap<>();

        @Override
        public <B extends SdkBuilder<B, Q> & SdkPojo, Q, R extends SdkPojo> OperationTable add(
                Class<Q> requestType, Supplier<B> requestBuilder, Operation<Q, R> operation) {
            byRequest.put(
                    requestType,
                    (request, caller) -> operation.call(requestType.cast(request), caller));
            return this;
        }

        SdkPojo call(SdkPojo request) {
            return requireNonNull(byRequest.get(request.getClass()))
                    .call(
                            request,
                            new Caller(
                                    AccountId.DEFAULT,
                                    "us-east-1",
                                    new Caller.Principal.ApiUser("user", "key", true),
                                    "request",
                                    "127.0.0.1"));
        }
    }

    private RulesService open() {
        RulesService opened =
                new RulesService(
                        new RulesService.Ports(
                                store,
                                database,
                                timers,
                                timers,
                                new Random(1),
                                Runnable::run,
                                new PageTokens(new byte[PageTokens.MINIMUM_KEY_BYTES]),
                                bus,
                                tags,
                                new NoCalls(),
                                List.of(),
                                token -> token,
                                AnonymousCredentialsProvider::create,
                                timers,
                                new IotLog(
                                        new IotLog.Ports(
                                                database,
                                                timers,
                                                Runnable::run,
                                                Path.of("unused"),
                                                (account, region, thing) -> Set.of(),
                                                "us-east-1")),
                                RuleMeters.NONE),
                        RulesLimits.of(Profile.OPEN),
                        SqlLimits.of(Profile.OPEN));
        opened.register(operations);
        opened.start();
        return opened;
    }

    @AfterEach
    void close() {
        rules.close();
    }

    private static TopicRulePayload from(String topicFilter) {
        return TopicRulePayload.builder()
                .sql("SELECT * FROM '" + topicFilter + "'")
                .actions(
                        Action.builder()
                                .republish(r ->
                                        r.topic("out")
                                                .roleArn("arn:aws:iam::000000000000:role/rules"))
                                .build())
                .build();
    }

    private void create(String tagging) {
        operations.call(
                CreateTopicRuleRequest.builder()
                        .ruleName("r")
                        .tags(tagging)
                        .topicRulePayload(from("in"))
                        .build());
    }

    private void assertThatThereIsNone() {
        assertThatThrownBy(
                        () -> operations.call(GetTopicRuleRequest.builder().ruleName("r").build()))
                .isInstanceOf(UnauthorizedException.class);
        assertThat(rules.report()).isEmpty();
        assertThat(bus.handlers).doesNotContainKey("in");
    }

    @Test
    void aRuleThatCannotListenIsTakenBack() {
        bus.down = true;
        assertThatThrownBy(() -> create("")).hasMessage("down");
        assertThatThereIsNone();
        bus.down = false;
        create("");
        assertThat(bus.handlers).containsKey("in");
    }

    @Test
    void aRuleWhoseTagsAreRefusedIsTakenBack() {
        tags.refuses = true;
        assertThatThrownBy(() -> create("a=b")).hasMessage("refused");
        assertThatThereIsNone();
    }

    /// A delivery without a destination fails for good.
    @Test
    void aRulesDestinationIsThereBeforeItsFirstMessage() {
        List<String> seen = new ArrayList<>();
        bus.atSubscribe =
                () ->
                        ((ListTopicRuleDestinationsResponse)
                                        operations.call(
                                                ListTopicRuleDestinationsRequest.builder().build()))
                                .destinationSummaries()
                                .forEach(d -> seen.add(d.httpUrlSummary().confirmationUrl()));
        TopicRulePayload payload =
                from("in").toBuilder()
                        .actions(Action.builder().http(h -> h.url("http://127.0.0.1:1/a")).build())
                        .build();
        operations.call(
                CreateTopicRuleRequest.builder().ruleName("r").topicRulePayload(payload).build());
        assertThat(seen).contains("http://127.0.0.1:1/a");
    }

    @Test
    void aChangeThatCouldNotListenCanBeMadeAgain() {
        create("");
        ReplaceTopicRuleRequest change =
                ReplaceTopicRuleRequest.builder()
                        .ruleName("r")
                        .topicRulePayload(from("other"))
                        .build();
        bus.down = true;
        assertThatThrownBy(() -> operations.call(change)).hasMessage("down");
        bus.down = false;
        operations.call(change);
        assertThat(bus.handlers).containsKey("other").doesNotContainKey("in");
    }

    @Test
    void theLastErrorIsAsOldAsTheAttemptThatFailed() {
        create("");
        bus.down = true;
        CompletableFuture<Void> taken =
                requireNonNull(bus.handlers.get("in"))
                        .onMessage(
                                new Message(
                                        AccountId.DEFAULT,
                                        "in",
                                        "{}".getBytes(UTF_8),
                                        1,
                                        false,
                                        MessageProperties.NONE,
                                        null,
                                        timers.millis()));
        assertThat(taken).isCompleted();
        timers.advance(Duration.ofMinutes(10));
        RulesService.RuleReport report = rules.report().getFirst();
        assertThat(report.lastError()).contains("down");
        assertThat(timers.millis() - report.lastErrorAtMillis())
                .isLessThanOrEqualTo(Duration.ofSeconds(30).toMillis());
        assertThat(report.pendingDeliveries()).isEqualTo(1);
        bus.down = false;
        timers.advance(Duration.ofMinutes(1));
        assertThat(rules.report().getFirst().pendingDeliveries()).isZero();
    }
}
