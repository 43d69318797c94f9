package io.homeport.identity;

import io.homeport.core.Json;
import io.homeport.policy.PolicyDocument;
import io.homeport.policy.PolicySyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// What the function of a custom authorizer answered, checked (AWS IoT developer guide, "Defining
/// your Lambda function"). Immutable.
///
/// @param disconnectAfterSeconds how long a connection may last
/// @param refreshAfterSeconds after which the function is asked again; 0 for never
record AuthorizerAnswer(
        boolean authenticated,
        String principalId,
        int disconnectAfterSeconds,
        int refreshAfterSeconds,
        List<String> policyDocuments) {
    static final int LEAST_SECONDS = 300;
    static final int MOST_SECONDS = 86_400;
    static final int MOST_DOCUMENTS = 10;
    static final int MOST_CHARACTERS = 2_048;

    /// No answer within the limits is longer, with room for what a function says besides.
    private static final int MOST_BYTES = 256 * 1024;

    private static final Pattern PRINCIPAL = Pattern.compile("[a-zA-Z0-9]{1,128}");

    AuthorizerAnswer {
        policyDocuments = List.copyOf(policyDocuments);
    }

    /// An answer that breaks the rules; the message says where.
    static final class InvalidAnswer extends Exception {
        private static final long serialVersionUID = 1;

        InvalidAnswer(String message) {
            super(message);
        }
    }

    /// Reads what a function returned. Of a refusal, nothing else is looked at.
    ///
    /// @param documentsOptional where the certificate's policies hold besides
    static AuthorizerAnswer parse(byte[] json, boolean documentsOptional) throws InvalidAnswer {
        if (json.length > MOST_BYTES) {
            throw new InvalidAnswer("the answer has " + json.length + " bytes");
        }
        JsonNode answer;
        try {
            answer = Json.MAPPER.readTree(json);
        } catch (JacksonException e) {
            throw new InvalidAnswer("the answer is no JSON: " + e.getOriginalMessage());
        }
        JsonNode authenticated = answer.get("isAuthenticated");
        if (!answer.isObject() || authenticated == null || !authenticated.isBoolean()) {
            throw new InvalidAnswer("isAuthenticated has to be true or false");
        }
        if (!authenticated.booleanValue()) {
            return new AuthorizerAnswer(false, "", MOST_SECONDS, 0, List.of());
        }
        JsonNode principal = answer.get("principalId");
        if (principal == null
                || !principal.isString()
                || !PRINCIPAL.matcher(principal.stringValue()).matches()) {
            throw new InvalidAnswer(
                    "principalId has to be 1 to 128 letters and digits, and is "
                            + shown(principal));
        }
        return new AuthorizerAnswer(
                true,
                principal.stringValue(),
                seconds(answer, "disconnectAfterInSeconds", MOST_SECONDS),
                seconds(answer, "refreshAfterInSeconds", 0),
                documents(answer.get("policyDocuments"), documentsOptional));
    }

    private static int seconds(JsonNode answer, String name, int absent) throws InvalidAnswer {
        JsonNode value = answer.get(name);
        if (value == null || value.isNull()) {
            return absent;
        }
        if (!value.isIntegralNumber()
                || !value.canConvertToInt()
                || value.intValue() < LEAST_SECONDS
                || value.intValue() > MOST_SECONDS) {
            throw new InvalidAnswer(
                    "%s has to be a whole number from %d to %d, and is %s"
                            .formatted(name, LEAST_SECONDS, MOST_SECONDS, shown(value)));
        }
        return value.intValue();
    }

    private static List<String> documents(@Nullable JsonNode value, boolean optional)
            throws InvalidAnswer {
        if (optional && (value == null || value.isNull())) {
            return List.of();
        }
        if (value == null || !value.isArray()) {
            throw new InvalidAnswer("policyDocuments has to be a list");
        }
        if (value.size() > MOST_DOCUMENTS || (value.isEmpty() && !optional)) {
            throw new InvalidAnswer(
                    "policyDocuments has to have 1 to %d documents, and has %d"
                            .formatted(MOST_DOCUMENTS, value.size()));
        }
        List<String> documents = new ArrayList<>();
        for (JsonNode element : value) {
            documents.add(document(element, documents.size()));
        }
        return documents;
    }

    private static String document(JsonNode element, int index) throws InvalidAnswer {
        if (!element.isObject() && !element.isString()) {
            throw new InvalidAnswer(
                    "policyDocuments[%d] has to be a policy, as an object or as its text"
                            .formatted(index));
        }
        String text =
                element.isString()
                        ? element.stringValue()
                        : Json.MAPPER.writeValueAsString(element);
        try {
            int length = PolicyDocument.parse(text).minifiedLength();
            if (length > MOST_CHARACTERS) {
                throw new InvalidAnswer(
                        "policyDocuments[%d] has %d characters, and the most is %d"
                                .formatted(index, length, MOST_CHARACTERS));
            }
            return text;
        } catch (PolicySyntaxException e) {
            throw new InvalidAnswer("policyDocuments[" + index + "]: " + e.getMessage());
        }
    }

    private static String shown(@Nullable JsonNode value) {
        String text = value == null ? "missing" : value.toString();
        return text.length() <= 60 ? text : text.substring(0, 60) + "...";
    }
}
