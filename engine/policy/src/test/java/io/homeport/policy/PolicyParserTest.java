package io.homeport.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// IAM User Guide, "Grammar of the IAM JSON policy language".
class PolicyParserTest {
    @Test
    void aMistakeHasItsLineAndColumn() {
        assertThatThrownBy(() ->
                        PolicyDocument.parse(
                                """
                                {
                                  "Version": "2012-10-17",
                                  "Statement": [{
                                      "Effect": "Permit",
                                      "Action": "iot:Connect",
                                      "Resource": "*"
                                  }]
                                }
                                """))
                .isInstanceOf(PolicySyntaxException.class)
                .hasMessage(
                        "line 4, column 17: Effect must be \"Allow\" or \"Deny\", not \"Permit\"");
    }

    /// The first column replaces the statement of a valid document, which begins at column 41.
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '~',
            delimiter = '|',
            value = {
                "{} | column 41: statement 0 has no Effect",
                "7 | a statement must be an object, not 7",
                "{E, A} | statement 0 has neither Resource nor NotResource",
                "{E, R} | statement 0 has neither Action nor NotAction",
                "{E, A, R, 'NotAction': 'a:b'} | has both Action and NotAction",
                "{E, A, R, 'NotResource': '*'} | has both Resource and NotResource",
                "{E, A, R, 'Principal': '*'} | Principal is not allowed here",
                "{E, A, R, 'effect': 'Deny'} |"
                        + " unknown element \"effect\"; did you mean \"Effect\"?",
                "{E, A, R, 'Foo': 1} | unknown element \"Foo\"; a statement has Sid, Effect",
                "{E, A, R, E} | duplicate element Effect, first at line 1, column 42",
                "{E, A, R, 'Sid': 1} | Sid must be a string, not 1",
                "{E, R, 'Action': []} | Action must not be empty",
                "{E, R, 'Action': {}} |"
                        + " Action must be a string or an array of strings, not an object",
                "{E, R, 'Action': ['a:b', null]} | Action must have strings, not null",
                "{E, R, 'Action': 'Publish'} | Action needs \"*\" or the form \"service:Name\"",
                "{E, R, 'Action': 'iot:'} | Action needs",
                "{E, R, 'NotAction': 'i*t:x'} | NotAction needs",
                "{E, R, 'Action': 'iot:${x}'} | Action needs",
                "{E, A, 'Resource': 'topic/a'} | Resource needs \"*\" or an ARN, not \"topic/a\"",
                "{E, A, 'Resource': 'arn:aws:iot:r:1:topic/${a'} |"
                        + " Resource has a variable that is never closed",
                "{E, A, R, 'Condition': []} |"
                        + " Condition must be an object of operators, not an array",
                "{E, A, R, 'Condition': {'StringEqual': {}}} | did you mean \"StringEquals\"?",
                "{E, A, R, 'Condition': {'stringequals': {}}} | did you mean \"StringEquals\"?",
                "{E, A, R, 'Condition': {'Equals': {}}} | unknown condition operator \"Equals\"",
                "{E, A, R, 'Condition': {'ForSomeValues:Bool': {}}} | unknown condition operator",
                "{E, A, R, 'Condition': {'NullIfExists': {}}} | Null has no IfExists form",
                "{E, A, R, 'Condition': {'Bool': 1}} |"
                        + " Bool must be an object of keys and values, not 1",
                "{E, A, R, 'Condition': {'Bool': {}, 'Bool': {}}} | duplicate operator Bool",
                "{E, A, R, 'Condition': {'Bool': {'a': 1, 'a': 1}}} |"
                        + " Bool takes \"true\" or \"false\", not \"1\"",
                "{E, A, R, 'Condition': {'Bool': {'a': true, 'a': true}}} |"
                        + " duplicate condition key \"a\"",
                "{E, A, R, 'Condition': {'Bool': {' ': true}}} | a condition key must not be empty",
                "{E, A, R, 'Condition': {'Null': {'a': 'maybe'}}} |"
                        + " Null takes \"true\" or \"false\"",
                "{E, A, R, 'Condition': {'StringLike': {'a': null}}} |"
                        + " must be a string, number, boolean or an array",
                "{E, A, R, 'Condition': {'StringLike': {'a': [{}]}}} |"
                        + " must be a string, number or boolean, not an object",
                "{E, A, R, 'Condition': {'NumericEquals': {'a': 'x'}}} |"
                        + " NumericEquals takes a number, not \"x\"",
                "{E, A, R, 'Condition': {'NumericEquals': {'a': '${b}'}}} |"
                        + " takes no policy variables",
                "{E, A, R, 'Condition': {'DateEquals': {'a': 'noon'}}} |"
                        + " DateEquals takes an ISO 8601 date",
                "{E, A, R, 'Condition': {'BinaryEquals': {'a': '%'}}} | BinaryEquals takes base64",
                "{E, A, R, 'Condition': {'IpAddress': {'a': '1.2.3'}}} |"
                        + " takes an IP address or a CIDR range",
                "{E, A, R, 'Condition': {'IpAddress': {'a': '1.2.3.4/33'}}} |"
                        + " takes an IP address or a CIDR",
                "{E, A, R, 'Condition': {'ArnLike': {'a': 'x'}}} | ArnLike needs \"*\" or an ARN",
                "{E, A, R | not JSON: ",
            })
    void statementsAreChecked(String statement, String message) {
        String json =
                ("{'Version': '2012-10-17', 'Statement': [" + statement + "]}")
                        .replace("E,", "'Effect': 'Allow',")
                        .replace("E}", "'Effect': 'Allow'}")
                        .replace("A,", "'Action': 'iot:Publish',")
                        .replace("A}", "'Action': 'iot:Publish'}")
                        .replace("R,", "'Resource': '*',")
                        .replace("R}", "'Resource': '*'}")
                        .replace('\'', '"');
        assertThatThrownBy(() -> PolicyDocument.parse(json))
                .isInstanceOf(PolicySyntaxException.class)
                .hasMessageStartingWith("line 1, column ")
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '~',
            delimiter = '|',
            nullValues = "NULL",
            value = {
                "~~ | the document is empty",
                "[] | a policy is a JSON object, not an array",
                "{} | the policy has no Statement",
                "{'Statement': []} | Statement must have at least one statement",
                "{'Statement': 'x'} | Statement must be an object or an array of objects",
                "{'Version': '2012-10-18'} | Version must be \"2012-10-17\", not \"2012-10-18\"",
                "{'Version': 2012} | Version must be a string, not 2012",
                "{'version': '2012-10-17'} | did you mean \"Version\"?",
                "{'Id': 1} | Id must be a string, not 1",
                "{S, S} | duplicate element Statement",
                "{S} x | not JSON",
                "{S} {} | there is an object after the end of the policy",
                "{V} | line 1, column 61: variables such as those of"
                        + " \"arn:aws:iot:r:1:topic/${iot:ClientId}\" need \"Version\": \"2012-10-17\"",
                "{'Version': '2008-10-17', V} | need \"Version\": \"2012-10-17\"",
            })
    void documentsAreChecked(String document, String message) {
        String statement = "'Statement': {'Effect': 'Deny', 'Action': '*', 'Resource': ";
        String json =
                document.replace("S,", statement + "'*'},")
                        .replace("S}", statement + "'*'}}")
                        .replace("V}", statement + "'arn:aws:iot:r:1:topic/${iot:ClientId}'}}")
                        .replace('\'', '"');
        assertThatThrownBy(() -> PolicyDocument.parse(json))
                .isInstanceOf(PolicySyntaxException.class)
                .hasMessageContaining(message);
    }

    @Test
    void aDocumentIsReadAsItStands() {
        String json =
                """
                { "Id": "x", "Version": "2008-10-17", "Statement": {
                    "Resource": ["*", "arn:aws:iot:r:1:topic/a\\u0020b"], "NotAction": "iot:*",
                    "Sid": "One", "Effect": "Deny",
                    "Condition": {"NumericLessThan": {"a:n": [10, "11", 1.50]},
                                  "Bool": {"a:b": true}} } }
                """;
        PolicyDocument document = PolicyDocument.parse(json);
        assertThat(document.json()).isEqualTo(json);
        assertThat(document.statements())
                .containsExactly(
                        new PolicyStatement(
                                Optional.of("One"),
                                PolicyStatement.Effect.DENY,
                                true,
                                List.of("iot:*"),
                                false,
                                List.of("*", "arn:aws:iot:r:1:topic/a b"),
                                List.of(
                                        new PolicyStatement.Condition(
                                                "NumericLessThan",
                                                "a:n",
                                                List.of("10", "11", "1.50")),
                                        new PolicyStatement.Condition(
                                                "Bool", "a:b", List.of("true")))));
    }

    /// Quota of AWS IoT: 2048 characters, whitespace not counted.
    @Test
    void whitespaceOutsideOfStringsIsNotCounted() {
        String compact =
                "{\"Id\":\"a \\\" b\uD83D\uDE00\",\"Statement\":{\"Effect\":\"Deny\","
                        + "\"Action\":\"*\",\"Resource\":\"*\"}}";
        String spaced = compact.replace("{", " {\n\t").replace(",", "\r\n , ");
        int length = compact.codePointCount(0, compact.length());
        assertThat(PolicyDocument.parse(compact).minifiedLength()).isEqualTo(length);
        assertThat(PolicyDocument.parse(spaced).minifiedLength()).isEqualTo(length);
    }

    @Test
    void hugeDocumentsAreRefusedUnread() {
        String json = "{" + " ".repeat(PolicyDocument.MAXIMUM_LENGTH);
        assertThatThrownBy(() -> PolicyDocument.parse(json))
                .isInstanceOf(PolicySyntaxException.class)
                .hasMessage("the document has 131073 characters, and the most is 131072");
    }

    @Test
    void aTruncatedDocumentIsExplainedWithoutTheParsersOwnWords() {
        assertThatThrownBy(() -> PolicyDocument.parse("{\"Version\": \"2012-10-17\", \"State"))
                .isInstanceOf(PolicySyntaxException.class)
                .hasMessageContaining("line 1")
                .hasMessageNotContaining("Source");
    }
}
