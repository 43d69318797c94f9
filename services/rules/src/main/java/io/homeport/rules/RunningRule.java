package io.homeport.rules;

import io.homeport.core.AccountId;
import io.homeport.core.Message;
import io.homeport.core.MessageBus;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// A rule that is installed: its present definition, its subscription and its counters.
/// Thread-safe; changed under {@link RuleEngine#changing} alone.
final class RunningRule {
    private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

    final RuleCounters counters = new RuleCounters();
    private final RuleLog log;
    private final EvaluationLanes lanes;
    private volatile Rule rule;
    private MessageBus.@Nullable Subscription subscription;
    private @Nullable String subscribed;

    RunningRule(Rule rule, RuleLog log, RuleEngine.Lanes lanes) {
        this.rule = rule;
        this.log = log;
        this.lanes = lanes.of(this);
    }

    Rule rule() {
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
        subscribed = wanted;
        subscription =
                wanted == null
                        ? null
                        : bus.subscribe(
                                new AccountId(changed.record().account()),
                                wanted,
                                message -> take(message, message.topic()));
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
}
