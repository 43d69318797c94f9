package io.homeport.rules.actions;

import io.homeport.core.AccountId;
import io.homeport.sql.SqlParseException;
import io.homeport.sql.SqlStatement;
import io.homeport.sql.Template;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// The rule that an action is checked for. Immutable.
///
/// @param statement whose SET variables templates may use
/// @param answered the external functions that can be called
/// @param errorAction whether the action is the rule's error action
/// @param definition the action as JSON, for members that the SDK's type lacks
public record PlanContext(
        AccountId account,
        String region,
        String rule,
        SqlStatement statement,
        Set<String> answered,
        boolean errorAction,
        JsonNode definition) {
    /// The same for one of the rule's actions.
    public PlanContext of(JsonNode action) {
        return new PlanContext(account, region, rule, statement, answered, false, action);
    }

    /// The same for the rule's error action.
    public PlanContext ofErrorAction(JsonNode action) {
        return new PlanContext(account, region, rule, statement, answered, true, action);
    }

    /// Parses a parameter that may hold substitution templates.
    ///
    /// @param name as the API calls it, for messages
    /// @throws InvalidActionException where it is absent or its template can't be parsed
    public TemplateParameter required(String name, @Nullable String text) {
        if (text == null || text.isEmpty()) {
            throw new InvalidActionException(name + " is missing");
        }
        try {
            Template template = Template.parse(text, statement);
            requireAnswered(name, template.externalCalls().keySet());
            return new TemplateParameter(name, template);
        } catch (SqlParseException e) {
            throw new InvalidActionException(
                    name + " has a substitution template that is wrong at " + e.getMessage());
        }
    }

    /// Refuses what would only fail with each message.
    ///
    /// @param where what makes the calls, for messages
    /// @throws InvalidActionException where a function is called that isn't there
    public void requireAnswered(String where, Set<String> called) {
        for (String function : called) {
            if (!answered.contains(function)) {
                throw new InvalidActionException(
                        where + " calls " + function + ", which this server does not have yet");
            }
        }
    }

    /// As {@link #required}, but null where the parameter is absent.
    public @Nullable TemplateParameter optional(String name, @Nullable String text) {
        return text == null || text.isEmpty() ? null : required(name, text);
    }

    /// A parameter that takes no templates.
    ///
    /// @throws InvalidActionException where it is absent
    public String literal(String name, @Nullable String text) {
        if (text == null || text.isEmpty()) {
            throw new InvalidActionException(name + " is missing");
        }
        return text;
    }
}
