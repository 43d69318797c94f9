package io.homeport.targets;

import io.homeport.core.Json;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// A message of SNS on its way to one subscriber. Immutable; stored as JSON.
///
/// @param perProtocol whether the message is a JSON object with a text per protocol
record Notification(String messageId, String message, boolean perProtocol, long publishedAtMillis) {
    /// The text for a protocol; its own, else the default.
    String textFor(Subscription.Protocol protocol) {
        if (!perProtocol) {
            return message;
        }
        JsonNode texts = Json.MAPPER.readTree(message);
        @Nullable JsonNode own = texts.get(protocol.text());
        return (own == null ? texts.path("default") : own).asString("");
    }

    /// The envelope that webhooks and queues get (SNS developer guide, "HTTP/HTTPS notification
    /// JSON format"), without a signature: there is no certificate of AWS's to check it with.
    ObjectNode envelope(Subscription subscription) {
        return Json.MAPPER
                .createObjectNode()
                .put("Type", "Notification")
                .put("MessageId", messageId)
                .put("TopicArn", subscription.topicArn())
                .put("Message", textFor(subscription.protocol()))
                .put("Timestamp", Instant.ofEpochMilli(publishedAtMillis).toString());
    }

    /// The event that functions get (SNS developer guide, "Fanout to Lambda functions").
    ObjectNode event(Subscription subscription) {
        ObjectNode event = Json.MAPPER.createObjectNode();
        ObjectNode entry = event.putArray("Records").addObject();
        entry.put("EventSource", "aws:sns")
                .put("EventVersion", "1.0")
                .put("EventSubscriptionArn", subscription.arn());
        entry.set("Sns", envelope(subscription));
        return event;
    }
}
