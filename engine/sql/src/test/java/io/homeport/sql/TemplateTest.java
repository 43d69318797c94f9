package io.homeport.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// AWS IoT developer guide, iot-substitution-templates and republish-rule-action.
class TemplateTest {
    private static final String PAYLOAD =
            "{\"id\":\"d1\",\"t\":21.50,\"n\":null,\"o\":{\"k\":[1,true]},\"whole\":3.0}";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "plain | plain",
                "~~ | ~~",
                "${id} | d1",
                "a/${topic(2)}/${id}/${t} | a/myThings/d1/21.50",
                "$$aws/things/${id}/x | $aws/things/d1/x",
                "$${id} | ${id}",
                "cost$ | cost$",
                "a$b | a$b",
                "$$$${x}$ | $${x}$",
                "${ {'a': '}'} }! | {\"a\":\"}\"}!",
                "${o} | {\"k\":[1,true]}",
                "${get(o.k, 1)} | true",
                "${whole} | 3",
                "${id + \"-\" + t} | d1-21.50",
                "${parse_time('yyyy', timestamp(), 'UTC')} | 2016",
                "${(SELECT VALUE k FROM o)} | [1,true]",
                "${*} | {\"id\":\"d1\",\"t\":21.50,\"n\":null,\"o\":{\"k\":[1,true]},\"whole\":3}",
            })
    void expressionsAreReplacedByTheirText(String template, String text) {
        assertThat(evaluate(template)).isEqualTo(new TemplateResult.Text(text));
    }

    @Test
    void anExpressionWithoutTextIsNamed() {
        assertThat(evaluate("a/${id}/${ missing.x }"))
                .isEqualTo(new TemplateResult.Undefined("missing.x"));
        assertThat(evaluate("${n}")).isEqualTo(new TemplateResult.Undefined("n"));
    }

    @Test
    void aPayloadThatIsNotJsonHasNoFields() {
        Template template = Template.parse("device/${device_id}", Sql.V2);
        Environment binary = Sql.environment(Sql.message(new byte[] {(byte) 0x80, 1}, Sql.TOPIC));
        assertThat(template.evaluate(binary)).isEqualTo(new TemplateResult.Undefined("device_id"));
    }

    /// iot-sql-set: templates have the variables, and never the aliases.
    @Test
    void variablesOfTheStatementAreThereAndAliasesAreNot() {
        SqlStatement statement =
                SqlStatement.parse("SET @c = t * 2, @o = o SELECT t AS hot FROM 'a'", Sql.V2);
        Environment environment = Sql.environment(Sql.message(PAYLOAD));
        statement.evaluate(environment);
        assertThat(Template.parse("${@c}C-${@o.k}", statement).evaluate(environment))
                .isEqualTo(new TemplateResult.Text("43C-[1,true]"));
        assertThat(Template.parse("${hot}", statement).evaluate(environment))
                .isEqualTo(new TemplateResult.Undefined("hot"));
        assertThat(
                        catchThrowableOfType(
                                SqlParseException.class, () -> Template.parse("${@d}", statement)))
                .hasMessage(
                        "line 1, column 3: the variable '@d'; expected a variable that SET of the"
                                + " rule's statement defines");
        Template early = Template.parse("${@c}", statement);
        Environment fresh = Sql.environment(Sql.message(PAYLOAD));
        assertThatThrownBy(() -> early.evaluate(fresh)).isInstanceOf(IllegalStateException.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "x${ | 4 | end of text; expected an expression",
                "x${} | 4 | '}'; expected an expression",
                "x${id | 6 | end of text; expected an operator or '}'",
                "x${id oops} | 7 | 'oops'; expected an operator or '}'",
                "${nosuch()} | 3 | the unknown function 'nosuch'",
                "${decode(*, 'proto', 'b', 'k', 'f', 'M')} | 3 | a protobuf decode in a substit",
                "${SELECT a} | 3 | 'SELECT'; expected an expression",
            })
    void aMistakeIsNamedAtItsPosition(String template, int column, String message) {
        SqlParseException error =
                catchThrowableOfType(
                        SqlParseException.class, () -> Template.parse(template, Sql.V2));
        assertThat(error).hasMessageContaining(message);
        assertThat(error.column()).isEqualTo(column);
    }

    @Test
    void aTextWithoutExpressionsIsKnownBeforeAnyMessage() {
        assertThat(Template.parse("a$$b", Sql.V2).constant()).contains("a$b");
        assertThat(Template.parse("", Sql.V2).constant()).contains("");
        assertThat(Template.parse("a${id}", Sql.V2).constant()).isEmpty();
        assertThat(Template.parse("${1}", Sql.V2).external()).isFalse();
        Template secret = Template.parse("${get_secret('s', 'SecretString', 'k', 'r')}", Sql.V2);
        assertThat(secret.external()).isTrue();
        assertThat(secret.externalCalls()).containsExactly(Map.entry("get_secret", 1));
    }

    private static TemplateResult evaluate(String template) {
        return Template.parse(template, Sql.V2).evaluate(Sql.environment(Sql.message(PAYLOAD)));
    }
}
