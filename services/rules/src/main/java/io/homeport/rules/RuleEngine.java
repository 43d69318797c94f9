package io.homeport.rules;

import io.homeport.core.AccountId;
import io.homeport.core.Clock;
import io.homeport.core.Message;
import io.homeport.core.MessageBus;
import io.homeport.core.Publisher;
import io.homeport.rules.actions.ActionFailure;
import io.homeport.rules.actions.ActionPlan;
import io.homeport.rules.actions.ActionType;
import io.homeport.rules.actions.Delivery;
import io.homeport.rules.actions.Origin;
import io.homeport.rules.actions.RuleHop;
import io.homeport.rules.actions.RuleMatch;
import io.homeport.sql.Environment;
import io.homeport.sql.SqlLimits;
import io.homeport.sql.SqlMessage;
import io.homeport.sql.SqlResult;
import io.homeport.storage.Key;
import io.homeport.storage.StorageException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Evaluates the installed rules and puts what they decide into the outbox. Thread-safe.
final class RuleEngine {
    private static final Logger LOG = LoggerFactory.getLogger(RuleEngine.class);
    private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);
    private static final String BASIC_INGEST = "$aws/rules/";

    private final Parts parts;
    private final ErrorActions errors;
    private final EvaluationMemory memory;
    private final RuleCounters all = new RuleCounters(null);
    private final ReentrantLock changing = new ReentrantLock();
    private final Map<RuleKey, RunningRule> running = new ConcurrentHashMap<>();

    /// By account and name, for Basic Ingest, whose topics have no region.
    private final Map<Key, List<RunningRule>> byName = new ConcurrentHashMap<>();

    /// By account and region.
    private final Map<Key, AtomicInteger> counts = new ConcurrentHashMap<>();

    private final Map<AccountId, MessageBus.Subscription> ingesting = new ConcurrentHashMap<>();

    /// The message that was looked at last: rules that match one message parse it once.
    private volatile @Nullable Seen lastSeen;

    private record Seen(Message message, SqlMessage sql, Origin origin) {}

    /// What the engine stands on.
    ///
    /// @param workers runs tasks that block
    record Parts(
            MessageBus bus,
            Clock clock,
            RandomGenerator random,
            Executor workers,
            Outbox outbox,
            RulesLimits limits,
            SqlLimits sqlLimits,
            ExternalCalls external,
            RuleLog log,
            RuleMeters meters) {
        /// What a rule's SQL and templates see of a message.
        Environment environmentOf(Rule rule, SqlMessage message) {
            AccountId account = new AccountId(rule.record().account());
            return new Environment(
                    message,
                    external.of(account, rule.record().region(), rule.key().arn()),
                    random,
                    sqlLimits);
        }
    }

    /// Makes the lanes of a rule.
    interface Lanes {
        EvaluationLanes of(RunningRule rule);
    }

    /// @param errors told of actions that fail before they get to the outbox
    RuleEngine(Parts parts, ErrorActions errors) {
        this.parts = parts;
        this.errors = errors;
        this.memory = new EvaluationMemory(Runtime.getRuntime().maxMemory() / 8);
    }

    /// Runs what changes stored rules and installs them: one at a time, so that the newest
    /// definition is the installed one.
    void changing(Runnable change) {
        changing.lock();
        try {
            change.run();
        } finally {
            changing.unlock();
        }
    }

    /// Installs a rule or its new definition, under {@link #changing}.
    void install(Rule rule) {
        AccountId account = new AccountId(rule.record().account());
        RunningRule present = running.get(rule.key());
        if (present == null) {
            present = new RunningRule(rule, all, parts.outbox, parts.log, this::lanesOf);
            running.put(rule.key(), present);
            enter(rule.key(), present);
        }
        present.become(rule, parts.bus);
        ingesting.computeIfAbsent(
                account, _ -> parts.bus.subscribe(account, BASIC_INGEST + "+/#", this::ingest));
    }

    /// Takes a rule out, under {@link #changing}. What it has decided is still delivered.
    void remove(RuleKey key) {
        RunningRule removed = running.remove(key);
        if (removed != null) {
            leave(key, removed);
            removed.stop();
        }
    }

    void removeAll() {
        running.keySet().forEach(this::remove);
        ingesting.values().forEach(MessageBus.Subscription::close);
        ingesting.clear();
    }

    private void enter(RuleKey key, RunningRule rule) {
        counts.computeIfAbsent(scopeOf(key), _ -> new AtomicInteger()).incrementAndGet();
        byName.merge(
                nameOf(key),
                List.of(rule),
                (present, added) -> Stream.concat(present.stream(), added.stream()).toList());
        parts.meters.added(rule);
    }

    private void leave(RuleKey key, RunningRule rule) {
        counts.computeIfPresent(
                scopeOf(key), (_, count) -> count.decrementAndGet() == 0 ? null : count);
        byName.computeIfPresent(
                nameOf(key),
                (_, present) -> {
                    List<RunningRule> others =
                            present.stream().filter(other -> other != rule).toList();
                    return others.isEmpty() ? null : others;
                });
        parts.meters.removed(rule);
    }

    private static Key scopeOf(RuleKey key) {
        return Key.of(key.account(), key.region());
    }

    private static Key nameOf(RuleKey key) {
        return Key.of(key.account(), key.name());
    }

    int count(AccountId account, String region) {
        AtomicInteger count = counts.get(Key.of(account.value(), region));
        return count == null ? 0 : count.get();
    }

    /// What the rule listens to; empty for rules of Basic Ingest alone.
    String topicFilterOf(RuleKey key) {
        RunningRule rule = running.get(key);
        return rule == null ? "" : rule.definition().statement().topicFilter().orElse("");
    }

    /// The counts of all rules together, those that are gone too.
    RuleCounters all() {
        return all;
    }

    @Nullable RunningRule rule(RuleKey key) {
        return running.get(key);
    }

    @Nullable ActionType type(String name) {
        return parts.outbox.type(name);
    }

    Collection<RunningRule> rules() {
        return running.values();
    }

    private EvaluationLanes lanesOf(RunningRule rule) {
        return new EvaluationLanes(
                parts.workers,
                memory,
                parts.limits.waitingEvaluations(),
                (message, topic) -> evaluate(rule, message, topic));
    }

    /// A message on `$aws/rules/{rule}/...`: for that rule alone, whatever its FROM.
    private CompletableFuture<Void> ingest(Message message) {
        String topic = message.topic();
        int end = topic.indexOf('/', BASIC_INGEST.length());
        String name = topic.substring(BASIC_INGEST.length(), end);
        String account = message.account().value();
        CompletableFuture<Void> all = DONE;
        List<RunningRule> named = byName.getOrDefault(Key.of(account, name), List.of());
        for (RunningRule rule : named) {
            CompletableFuture<Void> one = rule.take(message, topic.substring(end + 1));
            all = all == DONE ? one : CompletableFuture.allOf(all, one);
        }
        if (named.isEmpty()) {
            parts.log.log(
                    new RuleKey(account, "", name),
                    RuleLog.Event.RULE_NOT_FOUND,
                    null,
                    "a message for Basic Ingest names a rule that isn't there",
                    Map.of("topicName", topic));
        }
        return all;
    }

    private CompletableFuture<Void> evaluate(RunningRule running, Message message, String topic) {
        Rule rule = running.definition();
        Seen seen = see(message, topic);
        parts.log.log(rule.key(), RuleLog.Event.RULE_MATCH, seen.origin, null, Map.of());
        Environment environment = parts.environmentOf(rule, seen.sql);
        return switch (rule.statement().evaluate(environment)) {
            case SqlResult.NoMatch _ -> DONE;
            case SqlResult.Failed(var cause) -> {
                running.counters.failure.increment();
                String text = String.valueOf(cause.getMessage());
                running.counters.failed(text, parts.clock.millis());
                parts.log.log(
                        rule.key(), RuleLog.Event.FUNCTION_EXECUTION, seen.origin, text, Map.of());
                yield DONE;
            }
            case SqlResult.Output(byte[] bytes, SqlResult.Kind kind) -> {
                running.counters.rulesExecuted.increment();
                boolean isJson = kind == SqlResult.Kind.JSON || seen.sql.isJson();
                yield act(running, rule, new RuleMatch(seen.origin, bytes, isJson, environment));
            }
        };
    }

    private Seen see(Message message, String topic) {
        Seen last = lastSeen;
        if (last != null && last.message == message) {
            return last;
        }
        RuleHop hop = message.publisher() instanceof RuleHop rules ? rules : null;
        Publisher publisher = hop == null ? message.publisher() : null;
        Origin origin =
                new Origin(
                        topic,
                        message.payload(),
                        message.qos(),
                        publisher == null ? null : publisher.clientId(),
                        publisher == null ? null : publisher.principalId(),
                        publisher == null ? null : publisher.sourceIp(),
                        new UUID(parts.random.nextLong(), parts.random.nextLong()).toString(),
                        hop == null ? 0 : hop.hops(),
                        message.publishedAtMillis(),
                        message.properties());
        Seen seen = new Seen(message, sqlMessage(message.account(), origin), origin);
        lastSeen = seen;
        return seen;
    }

    /// A message as SQL sees it.
    static SqlMessage sqlMessage(AccountId account, Origin origin) {
        return new SqlMessage(
                origin.payload(),
                origin.topic(),
                account,
                origin.arrivedAtMillis(),
                new SqlMessage.Sender(
                        origin.clientId(),
                        origin.principal(),
                        origin.sourceIp(),
                        origin.clientId() == null ? null : origin.traceId()),
                origin.properties());
    }

    private CompletableFuture<Void> act(RunningRule running, Rule rule, RuleMatch match) {
        List<CompletableFuture<Void>> durable = new ArrayList<>(rule.actions().size());
        for (int i = 0; i < rule.actions().size(); i++) {
            Rule.Planned action = rule.actions().get(i);
            try {
                Delivery delivery = decide(rule, action, i, match);
                if (!parts.outbox.hasRoom(rule.key())) {
                    throw ActionFailure.permanent(
                            "the outbox of this rule is full: its targets are down or too slow");
                }
                durable.add(parts.outbox.add(delivery));
            } catch (ActionFailure e) {
                durable.add(failed(running, rule, action, match, e));
            } catch (StorageException e) {
                running.counters.failure.increment();
                running.counters.failed(
                        "the store refuses: " + e.getMessage(), parts.clock.millis());
                durable.add(CompletableFuture.failedFuture(e));
            }
        }
        return switch (durable.size()) {
            case 0 -> DONE;
            case 1 -> durable.getFirst();
            default -> CompletableFuture.allOf(durable.toArray(CompletableFuture[]::new));
        };
    }

    private Delivery decide(Rule rule, Rule.Planned action, int place, RuleMatch match)
            throws ActionFailure {
        ActionPlan.Decision decision = action.plan().decide(match);
        byte[] original = match.origin().payload();
        boolean same = Arrays.equals(decision.payload(), original);
        return new Delivery(
                rule.record().account(),
                rule.record().region(),
                rule.record().name(),
                place,
                action.type().name(),
                decision.resource(),
                decision.parameters(),
                same ? null : decision.payload(),
                match.isJson(),
                match.origin(),
                parts.clock.millis());
    }

    /// An action failed before it got to the outbox.
    private CompletableFuture<Void> failed(
            RunningRule running,
            Rule rule,
            Rule.Planned action,
            RuleMatch match,
            ActionFailure failure) {
        Delivery instead =
                errors.onFailure(running, rule, action.type(), "", match.origin(), failure.text());
        if (instead == null) {
            return DONE;
        }
        try {
            return parts.outbox.add(instead);
        } catch (StorageException e) {
            LOG.atWarn()
                    .addKeyValue("rule", rule.record().name())
                    .setCause(e)
                    .log("rules.error-action.lost");
            return CompletableFuture.failedFuture(e);
        }
    }
}
