package io.homeport.rules.actions;

import io.homeport.sql.Template;
import io.homeport.sql.TemplateResult;

/// A parameter of an action that may hold substitution templates. Immutable; thread-safe.
///
/// @param name as the API calls it, for messages
public record TemplateParameter(String name, Template template) {
    /// The parameter's value for a message.
    ///
    /// @throws ActionFailure where an expression has no value, or a call that it makes fails
    public String in(RuleMatch match) throws ActionFailure {
        return switch (template.evaluate(match.environment())) {
            case TemplateResult.Text(String text) -> text;
            case TemplateResult.Undefined(String expression) ->
                    throw ActionFailure.permanent(
                            name + ": ${" + expression + "} has no value in this message");
            case TemplateResult.Failed(var cause) ->
                    throw ActionFailure.permanent(name + ": " + cause.getMessage(), cause);
        };
    }
}
