package io.homeport.rules;

import io.homeport.aws.Caller;
import io.homeport.aws.OperationTable;
import io.homeport.aws.PageTokens;
import io.homeport.aws.StoredShapes;
import io.homeport.core.Clock;
import io.homeport.rules.actions.HttpAction;
import io.homeport.storage.Database;
import io.homeport.storage.Key;
import io.homeport.storage.Table;
import io.homeport.storage.Transaction;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.iot.model.Action;
import software.amazon.awssdk.services.iot.model.CreateTopicRuleRequest;
import software.amazon.awssdk.services.iot.model.CreateTopicRuleResponse;
import software.amazon.awssdk.services.iot.model.DeleteTopicRuleRequest;
import software.amazon.awssdk.services.iot.model.DeleteTopicRuleResponse;
import software.amazon.awssdk.services.iot.model.DisableTopicRuleRequest;
import software.amazon.awssdk.services.iot.model.DisableTopicRuleResponse;
import software.amazon.awssdk.services.iot.model.EnableTopicRuleRequest;
import software.amazon.awssdk.services.iot.model.EnableTopicRuleResponse;
import software.amazon.awssdk.services.iot.model.GetTopicRuleRequest;
import software.amazon.awssdk.services.iot.model.GetTopicRuleResponse;
import software.amazon.awssdk.services.iot.model.ListTopicRulesRequest;
import software.amazon.awssdk.services.iot.model.ListTopicRulesResponse;
import software.amazon.awssdk.services.iot.model.ReplaceTopicRuleRequest;
import software.amazon.awssdk.services.iot.model.ReplaceTopicRuleResponse;
import software.amazon.awssdk.services.iot.model.TopicRule;
import software.amazon.awssdk.services.iot.model.TopicRuleListItem;
import software.amazon.awssdk.services.iot.model.TopicRulePayload;
import tools.jackson.databind.JsonNode;

/// The operations on topic rules. Thread-safe.
final class RuleOperations {
    private static final int DEFAULT_PAGE = 100;
    private static final int LARGEST_PAGE = 10_000;
    private static final int SCAN = 500;

    /// account, region, rule name.
    static final Table<RuleRecord> RULES = new Table<>("rules.rules", RuleRecord.class);

    private final Database database;
    private final Clock clock;
    private final PageTokens tokens;
    private final RulesLimits limits;
    private final RuleCompiler compiler;
    private final RuleEngine engine;
    private final TagStore tags;
    private final Destinations destinations;

    RuleOperations(
            Database database,
            Clock clock,
            PageTokens tokens,
            RulesLimits limits,
            RuleCompiler compiler,
            RuleEngine engine,
            TagStore tags,
            Destinations destinations) {
        this.database = database;
        this.clock = clock;
        this.tokens = tokens;
        this.limits = limits;
        this.compiler = compiler;
        this.engine = engine;
        this.tags = tags;
        this.destinations = destinations;
    }

    void register(OperationTable table) {
        table.addWithBody(
                        CreateTopicRuleRequest.class,
                        CreateTopicRuleRequest::builder,
                        this::createTopicRule)
                .addWithBody(
                        ReplaceTopicRuleRequest.class,
                        ReplaceTopicRuleRequest::builder,
                        this::replaceTopicRule)
                .add(GetTopicRuleRequest.class, GetTopicRuleRequest::builder, this::getTopicRule)
                .add(
                        ListTopicRulesRequest.class,
                        ListTopicRulesRequest::builder,
                        this::listTopicRules)
                .add(
                        DeleteTopicRuleRequest.class,
                        DeleteTopicRuleRequest::builder,
                        this::deleteTopicRule)
                .add(
                        EnableTopicRuleRequest.class,
                        EnableTopicRuleRequest::builder,
                        this::enableTopicRule)
                .add(
                        DisableTopicRuleRequest.class,
                        DisableTopicRuleRequest::builder,
                        this::disableTopicRule);
    }

    CreateTopicRuleResponse createTopicRule(
            CreateTopicRuleRequest request, JsonNode body, Caller caller) {
        RuleKey key = key(caller, request.ruleName());
        Map<String, String> tagged = tagsOf(request.tags());
        RuleRecord rule = record(key, request.topicRulePayload(), body, clock.millis(), 1);
        Rule compiled = compiler.compile(rule);
        List<String> receivers = receiversOf(request.topicRulePayload());
        destinations.requireRoom(caller, receivers);
        engine.changing(() -> {
            checkCount(caller);
            database.update(transaction -> {
                if (RULES.get(transaction, key.key()) != null) {
                    throw Faults.ruleExists(key);
                }
                RULES.put(transaction, key.key(), rule);
            });
            try {
                // First: a delivery without a destination fails for good.
                destinations.ensure(caller, receivers);
                engine.install(compiled);
                if (!tagged.isEmpty()) {
                    tags.put(key.arn(), tagged);
                }
            } catch (RuntimeException e) {
                remove(key);
                throw e;
            }
        });
        return CreateTopicRuleResponse.builder().build();
    }

    ReplaceTopicRuleResponse replaceTopicRule(
            ReplaceTopicRuleRequest request, JsonNode body, Caller caller) {
        RuleKey key = key(caller, request.ruleName());
        RuleRecord fresh = record(key, request.topicRulePayload(), body, clock.millis(), 1);
        Rule compiled = compiler.compile(fresh);
        List<String> receivers = receiversOf(request.topicRulePayload());
        destinations.requireRoom(caller, receivers);
        engine.changing(() -> {
            if (!exists(key)) {
                throw Faults.noRule(key.name());
            }
            destinations.ensure(caller, receivers);
            RuleRecord stored =
                    database.write(transaction -> {
                        RuleRecord old = existing(transaction, key);
                        RuleRecord replaced = fresh.inPlaceOf(old);
                        RULES.put(transaction, key.key(), replaced);
                        return replaced;
                    });
            engine.install(compiled.with(stored));
        });
        return ReplaceTopicRuleResponse.builder().build();
    }

    SdkPojo getTopicRule(GetTopicRuleRequest request, Caller caller) {
        RuleKey key = key(caller, request.ruleName());
        RuleRecord rule = database.peek(view -> RULES.get(view, key.key()));
        if (rule == null) {
            throw Faults.noRule(key.name());
        }
        TopicRulePayload payload = payloadOf(rule);
        GetTopicRuleResponse response =
                GetTopicRuleResponse.builder()
                        .ruleArn(key.arn())
                        .rule(
                                TopicRule.builder()
                                        .ruleName(key.name())
                                        .sql(payload.sql())
                                        .description(payload.description())
                                        .createdAt(Instant.ofEpochMilli(rule.createdAtMillis()))
                                        .actions(payload.actions())
                                        .ruleDisabled(rule.disabled())
                                        .awsIotSqlVersion(payload.awsIotSqlVersion())
                                        .errorAction(payload.errorAction())
                                        .build())
                        .build();
        return BatchAcrossTopics.shown(rule.payload(), response);
    }

    ListTopicRulesResponse listTopicRules(ListTopicRulesRequest request, Caller caller) {
        int size = request.maxResults() == null ? DEFAULT_PAGE : request.maxResults();
        if (size < 1 || size > LARGEST_PAGE) {
            throw Faults.invalid("maxResults must be between 1 and " + LARGEST_PAGE);
        }
        Key prefix = Key.of(caller.account().value(), caller.region());
        String scope =
                "ListTopicRules/"
                        + String.join("/", prefix.parts())
                        + "/"
                        + request.ruleDisabled()
                        + "/"
                        + request.topic();
        Key after =
                request.nextToken() == null
                        ? null
                        : prefix.then(tokens.decode(scope, request.nextToken()));
        List<TopicRuleListItem> items = new ArrayList<>();
        String last = "";
        while (true) {
            Key from = after;
            List<Table.Row<RuleRecord>> rows =
                    database.read(view -> RULES.list(view, prefix, from, SCAN));
            for (Table.Row<RuleRecord> row : rows) {
                TopicRuleListItem item = listed(row.value(), request);
                if (item != null) {
                    if (items.size() == size) {
                        return page(items, tokens.encode(scope, last));
                    }
                    items.add(item);
                }
                last = row.value().name();
                after = row.key();
            }
            if (rows.size() < SCAN) {
                return page(items, null);
            }
        }
    }

    DeleteTopicRuleResponse deleteTopicRule(DeleteTopicRuleRequest request, Caller caller) {
        RuleKey key = key(caller, request.ruleName());
        if (!exists(key)) {
            throw Faults.noRule(key.name());
        }
        remove(key);
        tags.forget(key.arn());
        return DeleteTopicRuleResponse.builder().build();
    }

    EnableTopicRuleResponse enableTopicRule(EnableTopicRuleRequest request, Caller caller) {
        change(key(caller, request.ruleName()), rule -> rule.withDisabled(false));
        return EnableTopicRuleResponse.builder().build();
    }

    DisableTopicRuleResponse disableTopicRule(DisableTopicRuleRequest request, Caller caller) {
        change(key(caller, request.ruleName()), rule -> rule.withDisabled(true));
        return DisableTopicRuleResponse.builder().build();
    }

    /// Whether there is a rule of this ARN's name.
    boolean exists(RuleKey key) {
        return database.peek(view -> RULES.get(view, key.key()) != null);
    }

    static TopicRulePayload payloadOf(RuleRecord rule) {
        return StoredShapes.read(TopicRulePayload.builder(), rule.payload());
    }

    /// The URLs whose owners have to agree to what the rule sends.
    private static List<String> receiversOf(TopicRulePayload payload) {
        List<Action> actions = new ArrayList<>(payload.actions());
        if (payload.errorAction() != null) {
            actions.add(payload.errorAction());
        }
        return actions.stream()
                .filter(action -> action.http() != null)
                .flatMap(action -> HttpAction.confirmationUrl(action.http()).stream())
                .distinct()
                .toList();
    }

    private void change(RuleKey key, UnaryOperator<RuleRecord> how) {
        engine.changing(() -> {
            RuleRecord changed =
                    database.write(transaction -> {
                        RuleRecord updated = how.apply(existing(transaction, key));
                        RULES.put(transaction, key.key(), updated);
                        return updated;
                    });
            engine.install(compiler.compile(changed));
        });
    }

    private void remove(RuleKey key) {
        engine.changing(() -> {
            database.update(transaction -> RULES.delete(transaction, key.key()));
            engine.remove(key);
        });
    }

    private RuleRecord record(
            RuleKey key,
            TopicRulePayload payload,
            JsonNode body,
            long createdAtMillis,
            long generation) {
        String json =
                BatchAcrossTopics.kept(
                        body, StoredShapes.write(payload.toBuilder().ruleDisabled(null).build()));
        if (json.getBytes(StandardCharsets.UTF_8).length > limits.payloadBytes()) {
            throw Faults.invalid(
                    "A rule's definition can have at most " + limits.payloadBytes() + " bytes");
        }
        return new RuleRecord(
                key.account(),
                key.region(),
                key.name(),
                json,
                Boolean.TRUE.equals(payload.ruleDisabled()),
                createdAtMillis,
                generation);
    }

    private void checkCount(Caller caller) {
        if (engine.count(caller.account(), caller.region()) >= limits.rules()) {
            throw Faults.other(
                    410,
                    "LimitExceededException",
                    "An account can have at most " + limits.rules() + " rules in a region");
        }
    }

    private @Nullable TopicRuleListItem listed(RuleRecord rule, ListTopicRulesRequest request) {
        if (request.ruleDisabled() != null && request.ruleDisabled() != rule.disabled()) {
            return null;
        }
        String filter = engine.topicFilterOf(RuleKey.of(rule));
        if (request.topic() != null && !TopicMatch.matches(filter, request.topic())) {
            return null;
        }
        return TopicRuleListItem.builder()
                .ruleArn(RuleKey.of(rule).arn())
                .ruleName(rule.name())
                .topicPattern(filter)
                .createdAt(Instant.ofEpochMilli(rule.createdAtMillis()))
                .ruleDisabled(rule.disabled())
                .build();
    }

    private static ListTopicRulesResponse page(
            List<TopicRuleListItem> items, @Nullable String token) {
        return ListTopicRulesResponse.builder().rules(items).nextToken(token).build();
    }

    private static RuleRecord existing(Transaction transaction, RuleKey key) {
        RuleRecord rule = RULES.get(transaction, key.key());
        if (rule == null) {
            throw Faults.noRule(key.name());
        }
        return rule;
    }

    private static RuleKey key(Caller caller, String name) {
        return new RuleKey(caller.account().value(), caller.region(), name);
    }

    /// Reads the header `x-amz-tagging`, `key1=value1&key2=value2` in URL encoding.
    static Map<String, String> tagsOf(@Nullable String header) {
        Map<String, String> tags = new LinkedHashMap<>();
        if (header == null || header.isEmpty()) {
            return tags;
        }
        for (String pair : header.split("&", -1)) {
            int equals = pair.indexOf('=');
            String name = equals < 0 ? pair : pair.substring(0, equals);
            String value = equals < 0 ? "" : pair.substring(equals + 1);
            try {
                String key = URLDecoder.decode(name, StandardCharsets.UTF_8);
                if (key.isEmpty()) {
                    throw Faults.invalid("tags has a tag without a key: '" + pair + "'");
                }
                tags.put(key, URLDecoder.decode(value, StandardCharsets.UTF_8));
            } catch (IllegalArgumentException e) {
                throw Faults.invalid("tags isn't in URL encoding at '" + pair + "'");
            }
        }
        return tags;
    }
}
