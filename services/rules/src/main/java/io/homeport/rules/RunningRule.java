package io.homeport.rules;

import io.homeport.core.AccountId;
import io.homeport.core.Message;
import io.homeport.core.MessageBus;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// A rule that is installed: its present definition, its subscription and its counters.
/// Thread-safe; changed under {@link RuleEngine#changing} alone.
final class RunningRule implements RuleMeters.Counts {
    private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

    final RuleCounters counters;
    private final RuleKey key;
    private final Outbox outbox;
    private final RuleLog log;
    private final EvaluationLanes lanes;
    private volatile Rule rule;
    private MessageBus.@Nullable Subscription subscription;
    private @Nullable String subscribed;

    RunningRule(Rule rule, RuleCounters all, Outbox outbox, RuleLog log, RuleEngine.Lanes lanes) {
        this.rule = rule;
        this.key = rule.key();
        this.counters = new RuleCounters(all);
        this.outbox = outbox;
        this.log = log;
        this.lanes = lanes.of(this);
    }

    Rule definition() {
        return rule;
    }

    /// Takes another definition and listens to what that is about.
    void become(Rule changed, MessageBus bus) {
        rule = changed;
        String wanted =
                changed.record().disabled() ? null : changed.statement().topicFilter().orElse(null);
        if (wanted != null && wanted.equals(subscribed)) {
            return;
        }
        MessageBus.Subscription old = subscription;
        subscription =
                wanted == null
                        ? null
                        : bus.subscribe(
                                new AccountId(changed.record().account()),
                                wanted,
                                message -> take(message, message.topic()));
        subscribed = wanted;
        if (old != null) {
            old.close();
        }
    }

    /// Takes a message that the rule is to look at.
    ///
    /// @param topic without the prefix of Basic Ingest
    CompletableFuture<Void> take(Message message, String topic) {
        if (rule.record().disabled()) {
            return DONE;
        }
        counters.topicMatch.increment();
        CompletableFuture<Void> done = lanes.offer(message, topic);
        if (done == null) {
            counters.throttled.increment();
            log.log(
                    rule.key(),
                    RuleLog.Event.RULE_MESSAGE_THROTTLED,
                    null,
                    "too many messages wait for this rule; one on " + topic + " was dropped",
                    Map.of());
            return DONE;
        }
        return done;
    }

    void stop() {
        if (subscription != null) {
            subscription.close();
            subscription = null;
            subscribed = null;
        }
    }

    @Override
    public String account() {
        return key.account();
    }

    @Override
    public String region() {
        return key.region();
    }

    @Override
    public String rule() {
        return key.name();
    }

    @Override
    public long matched() {
        return counters.topicMatch.sum();
    }

    @Override
    public long executed() {
        return counters.rulesExecuted.sum();
    }

    @Override
    public long success() {
        return counters.success.sum();
    }

    @Override
    public long failure() {
        return counters.failure.sum();
    }

    @Override
    public long retries() {
        return counters.retries.sum();
    }

    @Override
    public long throttled() {
        return counters.throttled.sum();
    }

    @Override
    public long pending() {
        return outbox.usage(key).deliveries();
    }

    @Override
    public long lastErrorAtMillis() {
        RuleCounters.LastError error = counters.lastError();
        return error == null ? 0 : error.atMillis();
    }
}
