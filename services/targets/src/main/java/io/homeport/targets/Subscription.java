package io.homeport.targets;

import java.util.Locale;

/// Somebody who gets what is published to a topic of SNS's stand-in. Immutable; stored as JSON.
///
/// @param topic its name
/// @param endpoint a URL, address, MQTT topic, queue's ARN or function's ARN, as the protocol is
/// @param raw whether the message goes alone, without SNS's envelope (http, https and sqs)
public record Subscription(
        String id,
        String account,
        String region,
        String topic,
        Protocol protocol,
        String endpoint,
        boolean raw) {
    /// How messages get to a subscriber. The names are SNS's, and `mqtt` is Homeport's own.
    public enum Protocol {
        HTTP,
        HTTPS,
        EMAIL,
        EMAIL_JSON,
        SQS,
        LAMBDA,
        MQTT;

        /// As it is written: `email-json`.
        public String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    String topicArn() {
        return "arn:aws:sns:" + region + ":" + account + ":" + topic;
    }

    String arn() {
        return topicArn() + ":" + id;
    }
}
