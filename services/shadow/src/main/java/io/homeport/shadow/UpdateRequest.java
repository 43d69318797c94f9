package io.homeport.shadow;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// A checked request state document (AWS IoT developer guide, "Device Shadow service documents").
/// Immutable.
///
/// @param state as it was sent
/// @param version which version the update is for; null for any
record UpdateRequest(
        ObjectNode state,
        Change desired,
        Change reported,
        @Nullable Long version,
        @Nullable String clientToken) {

    /// What an update does to a section.
    sealed interface Change {
        record None() implements Change {}

        /// The whole section goes: it was null.
        record Removal() implements Change {}

        record Patch(ObjectNode patch) implements Change {}
    }

    private static final Change NONE = new Change.None();
    private static final Change REMOVAL = new Change.Removal();

    /// Reads and checks a payload.
    ///
    /// @throws ShadowRefusal where it isn't a request state document
    static UpdateRequest parse(byte[] payload, ShadowLimits limits) {
        if (payload.length > limits.requestBytes()) {
            throw tooLarge(null);
        }
        if (!(ShadowJson.read(payload) instanceof ObjectNode document)) {
            throw ShadowRefusal.invalid("Invalid JSON", null);
        }
        String token = clientToken(document, limits);
        JsonNode state = document.get("state");
        if (state == null) {
            throw ShadowRefusal.invalid("Missing required node: state", token);
        }
        if (!(state instanceof ObjectNode sections)) {
            throw ShadowRefusal.invalid("State node must be an object", token);
        }
        Change desired = NONE;
        Change reported = NONE;
        for (Map.Entry<String, JsonNode> entry : sections.properties()) {
            switch (entry.getKey()) {
                case "desired" -> desired = change("Desired", entry.getValue(), token);
                case "reported" -> reported = change("Reported", entry.getValue(), token);
                default ->
                        throw ShadowRefusal.invalid(
                                "State contains an invalid node: '" + entry.getKey() + "'", token);
            }
            check(entry.getKey(), entry.getValue(), 0, limits, token);
        }
        return new UpdateRequest(sections, desired, reported, version(document, token), token);
    }

    static ShadowRefusal tooLarge(@Nullable String clientToken) {
        return new ShadowRefusal(
                ShadowRefusal.Code.TOO_LARGE,
                "The payload exceeds the maximum size allowed",
                clientToken);
    }

    /// The token of a payload that needn't have one; null where it has none.
    ///
    /// @throws ShadowRefusal where there is one that isn't allowed
    static @Nullable String clientToken(ObjectNode document, ShadowLimits limits) {
        JsonNode token = document.get("clientToken");
        if (token == null || token.isNull()) {
            return null;
        }
        if (!token.isString()
                || ShadowJson.utf8Length(token.stringValue()) > limits.clientTokenBytes()) {
            throw ShadowRefusal.invalid("Invalid clientToken", null);
        }
        return token.stringValue();
    }

    private static @Nullable Long version(ObjectNode document, @Nullable String token) {
        JsonNode version = document.get("version");
        if (version == null || version.isNull()) {
            return null;
        }
        if (!version.isIntegralNumber() || !version.canConvertToLong() || version.longValue() < 0) {
            throw ShadowRefusal.invalid("Invalid version", token);
        }
        return version.longValue();
    }

    private static Change change(String section, JsonNode value, @Nullable String token) {
        if (value.isNull()) {
            return REMOVAL;
        }
        if (value instanceof ObjectNode patch) {
            return new Change.Patch(patch);
        }
        throw ShadowRefusal.invalid(section + " node must be an object", token);
    }

    /// Checks depth, and that no array has a null in it.
    ///
    /// @param level how many names lead from the section to this node; elements of an array count
    ///   as members of an object do
    private static void check(
            String name, JsonNode node, int level, ShadowLimits limits, @Nullable String token) {
        if (level > limits.levels()) {
            throw ShadowRefusal.invalid(
                    "JSON contains too many levels of nesting; maximum is " + limits.levels(),
                    token);
        }
        if (node instanceof ObjectNode object) {
            for (Map.Entry<String, JsonNode> entry : object.properties()) {
                check(entry.getKey(), entry.getValue(), level + 1, limits, token);
            }
        } else if (node instanceof ArrayNode array) {
            for (JsonNode element : array) {
                if (element.isNull()) {
                    throw ShadowRefusal.invalid(
                            "State contains an invalid node: '" + name + "'", token);
                }
                check(name, element, level + 1, limits, token);
            }
        }
    }
}
