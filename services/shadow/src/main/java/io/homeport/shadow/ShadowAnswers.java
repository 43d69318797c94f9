package io.homeport.shadow;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The documents that the service sends (AWS IoT developer guide, "Response state documents" and
/// "Error response document"). Pure; times are in seconds.
final class ShadowAnswers {
    private ShadowAnswers() {}

    /// The whole shadow, for get.
    static ObjectNode document(ShadowDocument shadow, long seconds, @Nullable String clientToken) {
        ObjectNode state = shadow.state();
        ObjectNode metadata = shadow.metadata();
        Section delta = shadow.delta();
        if (delta != null) {
            state.set("delta", delta.state());
            metadata.set("delta", delta.metadata());
        }
        ObjectNode answer = object();
        answer.set("state", state);
        answer.set("metadata", metadata);
        answer.put("version", shadow.version());
        return end(answer, seconds, clientToken);
    }

    /// What an update changed, and nothing else of the shadow.
    static ObjectNode accepted(UpdateRequest request, long version, long seconds) {
        ObjectNode answer = object();
        answer.set("state", request.state());
        answer.set("metadata", Section.stamp(request.state(), seconds));
        answer.put("version", version);
        return end(answer, seconds, request.clientToken());
    }

    /// Everything that differs between desired and reported.
    static ObjectNode delta(
            Section delta, long version, long seconds, @Nullable String clientToken) {
        ObjectNode answer = object();
        answer.put("version", version);
        answer.put("timestamp", seconds);
        answer.set("state", delta.state());
        answer.set("metadata", delta.metadata());
        if (clientToken != null) {
            answer.put("clientToken", clientToken);
        }
        return answer;
    }

    /// The shadow before and after an update.
    ///
    /// @param previous null where there was none
    static ObjectNode documents(
            @Nullable ShadowDocument previous,
            ShadowDocument current,
            long seconds,
            @Nullable String clientToken) {
        ObjectNode answer = object();
        answer.set(
                "previous",
                previous == null ? JsonNodeFactory.instance.nullNode() : stored(previous));
        answer.set("current", stored(current));
        return end(answer, seconds, clientToken);
    }

    private static ObjectNode stored(ShadowDocument shadow) {
        ObjectNode part = object();
        part.set("state", shadow.state());
        part.set("metadata", shadow.metadata());
        part.put("version", shadow.version());
        return part;
    }

    static ObjectNode deleted(long version, long seconds, @Nullable String clientToken) {
        return end(object().put("version", version), seconds, clientToken);
    }

    /// The documented answers to a missing shadow and a wrong version have no timestamp.
    static ObjectNode rejected(ShadowRefusal refusal, long seconds) {
        ObjectNode answer = object();
        answer.put("code", refusal.code().status());
        answer.put("message", refusal.text());
        boolean timeless =
                switch (refusal.code()) {
                    case NOT_FOUND, CONFLICT -> true;
                    case BAD_REQUEST,
                            TOO_LARGE,
                            UNSUPPORTED_ENCODING,
                            TOO_MANY_REQUESTS,
                            INTERNAL_FAILURE,
                            UNAVAILABLE ->
                            false;
                };
        if (!timeless) {
            answer.put("timestamp", seconds);
        }
        if (refusal.clientToken() != null) {
            answer.put("clientToken", refusal.clientToken());
        }
        return answer;
    }

    private static ObjectNode end(ObjectNode answer, long seconds, @Nullable String clientToken) {
        answer.put("timestamp", seconds);
        if (clientToken != null) {
            answer.put("clientToken", clientToken);
        }
        return answer;
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
