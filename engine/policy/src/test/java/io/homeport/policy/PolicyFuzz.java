package io.homeport.policy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Whatever the text, parsing ends in a document or a {@link PolicySyntaxException}, and what is
/// parsed can be evaluated.
///
/// An ordinary build doesn't run it, because Jazzer instruments every class that it meets: {@link
/// PolicyMutationTest} stands in. To fuzz: `JAZZER_FUZZ=1` and `-Dtest=PolicyFuzz`.
class PolicyFuzz {
    @FuzzTest(maxDuration = "60s")
    void anyTextIsADocumentOrASyntaxError(byte[] data) {
        check(new String(data, StandardCharsets.UTF_8));
    }

    /// Parses a text and evaluates what came of it.
    ///
    /// @return whether it was a policy
    static boolean check(String json) {
        PolicyDocument document;
        try {
            document = PolicyDocument.parse(json);
        } catch (PolicySyntaxException e) {
            if (e.getMessage() == null || e.getMessage().length() > 2_000) {
                throw new AssertionError("a syntax error needs a short message", e);
            }
            return false;
        }
        if (document.statements().isEmpty() || document.minifiedLength() > json.length()) {
            throw new AssertionError("not what was parsed: " + json);
        }
        PolicySet policies = new PolicySet(List.of(new PolicySet.NamedPolicy("p", document)));
        PolicyContext context = name -> List.of(name, "true", "1", "10.0.0.1");
        for (String resource : List.of("*", "arn:aws:iot:r:1:topic/a/b", json)) {
            Decision decision = policies.decide("iot:Publish", resource, context);
            Decision explained = policies.explain("iot:Publish", resource, PolicyContext.EMPTY);
            if (decision.reason().isEmpty() || explained.reason().length() > 10_000) {
                throw new AssertionError("a decision needs a short reason");
            }
        }
        return true;
    }
}
