package io.homeport.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// What authorizers' functions answer
/// (docs.aws.amazon.com/iot/latest/developerguide/custom-auth-lambda.html).
class AuthorizerAnswerTest {
    static final String GRANTED =
            """
            {"isAuthenticated": true, "principalId": "abc1",
             "disconnectAfterInSeconds": 3600, "refreshAfterInSeconds": 300,
             "policyDocuments": [{"Version": "2012-10-17", "Statement": [
               {"Effect": "Allow", "Action": "iot:*", "Resource": "*"}]}]}
            """;

    private static AuthorizerAnswer parse(String json, boolean documentsOptional)
            throws AuthorizerAnswer.InvalidAnswer {
        return AuthorizerAnswer.parse(json.getBytes(StandardCharsets.UTF_8), documentsOptional);
    }

    @Test
    void documentsAreObjectsOrTheirTexts() throws Exception {
        AuthorizerAnswer objects = parse(GRANTED, false);
        ObjectNode answer = (ObjectNode) JsonMapper.shared().readTree(GRANTED);
        answer.putArray("policyDocuments").add(objects.policyDocuments().getFirst());
        AuthorizerAnswer texts = parse(answer.toString(), false);
        assertThat(texts).isEqualTo(objects);
        assertThat(objects.principalId()).isEqualTo("abc1");
        assertThat(objects.disconnectAfterSeconds()).isEqualTo(3600);
        assertThat(objects.refreshAfterSeconds()).isEqualTo(300);
    }

    // The default of disconnectAfterInSeconds is a day.
    @Test
    void timersMayBeAbsent() throws Exception {
        AuthorizerAnswer answer =
                parse(
                        GRANTED.replace("\"disconnectAfterInSeconds\": 3600,", "")
                                .replace("\"refreshAfterInSeconds\": 300,", ""),
                        false);
        assertThat(answer.disconnectAfterSeconds()).isEqualTo(86_400);
        assertThat(answer.refreshAfterSeconds()).isZero();
    }

    @Test
    void ofARefusalNothingElseIsLookedAt() throws Exception {
        assertThat(parse("{\"isAuthenticated\": false, \"principalId\": 7}", false).authenticated())
                .isFalse();
    }

    // custom-auth-509cert: beside a certificate's own policies, policyDocuments is optional.
    @Test
    void besideACertificateDocumentsAreOptional() throws Exception {
        String none = "{\"isAuthenticated\": true, \"principalId\": \"a\"}";
        assertThat(parse(none, true).policyDocuments()).isEmpty();
        assertThatThrownBy(() -> parse(none, false)).hasMessageContaining("policyDocuments");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "true, | \"yes\", | isAuthenticated",
                "abc1 | not-alphanumeric | principalId",
                "\"abc1\" | 7 | principalId",
                "3600 | 299 | disconnectAfterInSeconds",
                "3600 | 86401 | disconnectAfterInSeconds",
                "300, | 2.5, | refreshAfterInSeconds",
                "300, | \"300\", | refreshAfterInSeconds",
                "Allow | Permit | policyDocuments[0]: ",
                "[{\"Version | [7, {\"Version | policyDocuments[0] has to be",
                "iot:* | iot:Connect | none"
            })
    void anAnswerThatBreaksTheRulesIsToldWhere(String part, String wrong, String where)
            throws Exception {
        String json = GRANTED.replace(part, wrong);
        assertThat(json).isNotEqualTo(GRANTED);
        if (where.equals("none")) {
            assertThat(parse(json, false).authenticated()).isTrue();
        } else {
            assertThatThrownBy(() -> parse(json, false))
                    .isInstanceOf(AuthorizerAnswer.InvalidAnswer.class)
                    .hasMessageContaining(where.strip());
        }
    }

    @Test
    void documentsAreBoundedInNumberAndSize() {
        String document = GRANTED.substring(GRANTED.indexOf("[{\"V") + 1, GRANTED.lastIndexOf(']'));
        assertThatThrownBy(() ->
                        parse(
                                GRANTED.replace(
                                        "[{\"Version",
                                        "[" + (document + ",").repeat(10) + "{\"Version"),
                                false))
                .hasMessageContaining("1 to 10 documents, and has 11");
        assertThatThrownBy(() ->
                        parse(
                                GRANTED.replace(
                                        "\"*\"",
                                        "\"arn:aws:iot:::topic/" + "x".repeat(2048) + "\""),
                                false))
                .hasMessageContaining("the most is 2048");
        assertThatThrownBy(() -> parse("x", false)).hasMessageContaining("no JSON");
        assertThatThrownBy(() -> parse("null", false)).hasMessageContaining("isAuthenticated");
    }
}
