package io.homeport.rules.actions;

import io.homeport.core.Json;
import io.homeport.sql.Environment;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// A message that a rule has matched, with what SELECT made of it. Owned by one thread.
public final class RuleMatch {
    private final Origin origin;
    private final byte[] output;
    private final boolean isJson;
    private final Environment environment;
    private @Nullable JsonNode parsed;

    /// @param isJson false where the output is a payload as it came and isn't JSON
    public RuleMatch(Origin origin, byte[] output, boolean isJson, Environment environment) {
        this.origin = origin;
        this.output = output;
        this.isJson = isJson;
        this.environment = environment;
    }

    public Origin origin() {
        return origin;
    }

    /// What SELECT made. Not to be changed.
    public byte[] output() {
        return output;
    }

    public boolean isJson() {
        return isJson;
    }

    /// The output as JSON; empty where it isn't.
    public Optional<JsonNode> json() {
        if (!isJson) {
            return Optional.empty();
        }
        JsonNode node = parsed;
        if (node == null) {
            try {
                node = Json.MAPPER.readTree(output);
            } catch (JacksonException e) {
                return Optional.empty();
            }
            parsed = node;
        }
        return Optional.of(node);
    }

    Environment environment() {
        return environment;
    }
}
