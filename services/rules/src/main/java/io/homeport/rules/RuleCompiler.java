package io.homeport.rules;

import io.homeport.core.AccountId;
import io.homeport.core.Json;
import io.homeport.rules.actions.ActionType;
import io.homeport.rules.actions.InvalidActionException;
import io.homeport.rules.actions.PlanContext;
import io.homeport.sql.SqlParseException;
import io.homeport.sql.SqlStatement;
import io.homeport.sql.SqlVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.util.SdkAutoConstructList;
import software.amazon.awssdk.core.util.SdkAutoConstructMap;
import software.amazon.awssdk.services.iot.model.Action;
import software.amazon.awssdk.services.iot.model.TopicRulePayload;
import tools.jackson.databind.JsonNode;

/// Makes rules ready to be evaluated, or says what is wrong with them. Thread-safe.
final class RuleCompiler {
    private final List<ActionType> types;
    private final RulesLimits limits;
    private final Set<String> answered;

    /// @param answered the external functions that can be called
    RuleCompiler(List<ActionType> types, RulesLimits limits, Set<String> answered) {
        this.types = List.copyOf(types);
        this.limits = limits;
        this.answered = Set.copyOf(answered);
    }

    /// @throws software.amazon.awssdk.services.iot.model.SqlParseException where the SQL is wrong,
    ///   with line and column
    /// @throws software.amazon.awssdk.services.iot.model.InvalidRequestException where something
    ///   else is wrong, naming it
    Rule compile(RuleRecord record) {
        TopicRulePayload payload = RuleOperations.payloadOf(record);
        if (payload.actions().size() > limits.actions()) {
            throw Faults.invalid("A rule can have at most " + limits.actions() + " actions");
        }
        SqlStatement statement = statement(payload);
        PlanContext context =
                new PlanContext(
                        new AccountId(record.account()),
                        record.region(),
                        record.name(),
                        statement,
                        answered,
                        false,
                        Json.MAPPER.missingNode());
        try {
            context.requireAnswered("sql", statement.externalCalls().keySet());
        } catch (InvalidActionException e) {
            throw Faults.invalid(e.text());
        }
        List<Rule.Planned> actions = new ArrayList<>();
        JsonNode definition = Json.MAPPER.readTree(record.payload());
        for (Action action : payload.actions()) {
            int place = actions.size();
            actions.add(
                    plan(
                            "actions[" + place + "]",
                            action,
                            context.of(definition.path("actions").path(place))));
        }
        Rule.Planned errorAction =
                payload.errorAction() == null
                        ? null
                        : plan(
                                "errorAction",
                                payload.errorAction(),
                                context.ofErrorAction(definition.path("errorAction")));
        return new Rule(record, statement, actions, errorAction);
    }

    private static SqlStatement statement(TopicRulePayload payload) {
        String named = payload.awsIotSqlVersion();
        SqlVersion version = SqlVersion.V2015_10_08;
        if (named != null) {
            version =
                    SqlVersion.of(named)
                            .orElseThrow(() ->
                                    Faults.invalid(
                                            "awsIotSqlVersion has to be 2015-10-08, 2016-03-23 or"
                                                    + " beta, not '"
                                                    + named
                                                    + "'"));
        }
        try {
            return SqlStatement.parse(payload.sql(), version);
        } catch (SqlParseException e) {
            throw Faults.sql("The SQL is wrong at " + e.getMessage());
        }
    }

    private Rule.Planned plan(String where, Action action, PlanContext context) {
        List<String> named = membersOf(action);
        if (named.size() != 1) {
            throw Faults.invalid(
                    where
                            + " has to have exactly one kind of action, it has "
                            + (named.isEmpty() ? "none" : String.join(", ", named)));
        }
        for (ActionType type : types) {
            if (type.isIn(action)) {
                try {
                    return new Rule.Planned(type, type.plan(action, context));
                } catch (InvalidActionException e) {
                    throw Faults.invalid(where + "." + type.name() + ": " + e.text());
                }
            }
        }
        throw Faults.invalid(
                where
                        + ": this server has no action "
                        + named.getFirst()
                        + " yet, so the rule would do nothing; it is refused");
    }

    private static List<String> membersOf(Action action) {
        List<String> names = new ArrayList<>();
        for (SdkField<?> field : action.sdkFields()) {
            Object value = field.getValueOrDefault(action);
            boolean absent =
                    value == null
                            || value instanceof SdkAutoConstructList
                            || value instanceof SdkAutoConstructMap;
            if (!absent) {
                names.add(field.memberName());
            }
        }
        return names;
    }
}
