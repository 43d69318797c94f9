package io.homeport.rules;

import io.homeport.core.AccountId;
import io.homeport.core.Clock;
import io.homeport.core.MessageProperties;
import io.homeport.rules.actions.ActionFailure;
import io.homeport.rules.actions.Origin;
import io.homeport.rules.kafka.SecretTexts;
import io.homeport.sql.Environment;
import io.homeport.sql.SqlLimits;
import io.homeport.sql.SqlParseException;
import io.homeport.sql.SqlVersion;
import io.homeport.sql.Template;
import io.homeport.sql.TemplateResult;
import java.util.random.RandomGenerator;

/// Evaluates templates that stand in settings of connections: there is no message that they could
/// read, only secrets. Immutable.
record RuleSecrets(ExternalCalls external, Clock clock, RandomGenerator random, SqlLimits sqlLimits)
        implements SecretTexts {
    @Override
    public String resolve(String account, String region, String rule, String template)
            throws ActionFailure {
        AccountId owner = new AccountId(account);
        Origin nothing =
                new Origin(
                        "",
                        new byte[0],
                        0,
                        null,
                        null,
                        null,
                        "",
                        0,
                        clock.millis(),
                        MessageProperties.NONE);
        Environment environment =
                new Environment(
                        RuleEngine.sqlMessage(owner, nothing),
                        external.of(owner, region, new RuleKey(account, region, rule).arn()),
                        random,
                        sqlLimits);
        try {
            return switch (Template.parse(template, SqlVersion.V2016_03_23).evaluate(environment)) {
                case TemplateResult.Text(String text) -> text;
                case TemplateResult.Undefined(String expression) ->
                        throw ActionFailure.permanent("${" + expression + "} has no value");
                case TemplateResult.Failed(var cause) ->
                        throw ActionFailure.transientFailure(
                                String.valueOf(cause.getMessage()), cause);
            };
        } catch (SqlParseException e) {
            throw ActionFailure.permanent("a template is wrong at " + e.getMessage(), e);
        }
    }
}
