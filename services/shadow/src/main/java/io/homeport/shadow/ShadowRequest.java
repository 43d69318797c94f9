package io.homeport.shadow;

import java.util.concurrent.CompletableFuture;

/// A request on its way through its thing's lane.
///
/// @param overMqtt whether it is answered on MQTT topics, refusals too
/// @param answer completes with what the requester is told once that is stored; fails where the
///   store does
record ShadowRequest(
        ShadowId shadow,
        Operation operation,
        byte[] payload,
        boolean overMqtt,
        CompletableFuture<Answer> answer) {

    /// What is asked for.
    enum Operation {
        GET("get"),
        UPDATE("update"),
        DELETE("delete");

        private final String topicLevel;

        Operation(String topicLevel) {
            this.topicLevel = topicLevel;
        }

        /// The level of MQTT topics.
        String topicLevel() {
            return topicLevel;
        }
    }

    /// What came of it.
    sealed interface Answer {
        record Accepted(byte[] document) implements Answer {}

        record Rejected(ShadowRefusal refusal) implements Answer {}
    }
}
