package io.homeport.broker;

import io.homeport.mqtt.MqttPacket.Subscribe;
import io.homeport.mqtt.MqttPacket.Subscription;
import io.homeport.mqtt.Qos;
import io.homeport.mqtt.ReasonCode;
import io.homeport.mqtt.Topics;
import org.jspecify.annotations.Nullable;

/// What SUBSCRIBE may ask for (MQTT 5 and 3.1.1, 3.8). Stateless.
final class SubscribeRules {
    private SubscribeRules() {}

    /// A reason with its detail.
    record Problem(ReasonCode reason, String detail) {}

    /// What ends the connection; null where nothing does.
    static @Nullable Problem fatal(Subscribe subscribe, BrokerLimits limits) {
        if (subscribe.subscriptions().isEmpty()) {
            // [MQTT-3.8.3-2]
            return new Problem(ReasonCode.PROTOCOL_ERROR, "SUBSCRIBE has no topic filter");
        }
        if (subscribe.subscriptions().size() > limits.subscribing().perPacket()) {
            return new Problem(
                    ReasonCode.QUOTA_EXCEEDED,
                    "more than " + limits.subscribing().perPacket() + " filters in one SUBSCRIBE");
        }
        if (subscribe.subscriptionIdentifier() != 0
                && !limits.features().subscriptionIdentifiers()) {
            return new Problem(
                    ReasonCode.SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED,
                    "subscription identifiers are not supported");
        }
        for (Subscription subscription : subscribe.subscriptions()) {
            String filter = subscription.topicFilter();
            if (subscription.noLocal() && Topics.isShared(filter)) {
                // [MQTT-3.8.3-4]
                return new Problem(
                        ReasonCode.PROTOCOL_ERROR, "No Local on the shared '" + filter + "'");
            }
            if (subscription.maximumQos() == Qos.EXACTLY_ONCE && !limits.features().qos2()) {
                return new Problem(ReasonCode.QOS_NOT_SUPPORTED, "QoS 2 is not supported");
            }
            if (limits.features().closesOnUnsupportedTopic()
                    && isUnsupported(inner(filter), false)) {
                return new Problem(
                        ReasonCode.NOT_AUTHORIZED,
                        "'" + filter + "' is reserved and nothing to subscribe to");
            }
        }
        return null;
    }

    /// What is wrong with one filter; null where nothing is.
    static @Nullable Problem judge(String filter, BrokerLimits limits) {
        if (!Topics.isValidTopicFilter(filter)) {
            return new Problem(
                    ReasonCode.TOPIC_FILTER_INVALID, "'" + filter + "' is not a topic filter");
        }
        Topics.SharedSubscription shared = Topics.SharedSubscription.parse(filter);
        if (shared != null && shared.shareName().length() > limits.names().shareNameLength()) {
            return new Problem(ReasonCode.TOPIC_FILTER_INVALID, "the share name is too long");
        }
        String inner = shared == null ? filter : shared.topicFilter();
        String length = PublishRules.lengthProblem(inner, limits);
        if (length != null) {
            return new Problem(ReasonCode.TOPIC_FILTER_INVALID, "the filter " + length);
        }
        if (isUnsupported(inner, true)) {
            return new Problem(
                    ReasonCode.TOPIC_FILTER_INVALID,
                    "'" + inner + "' is reserved and nothing to subscribe to");
        }
        return null;
    }

    private static boolean isUnsupported(String filter, boolean awsOnly) {
        return (awsOnly ? ReservedTopics.isAws(filter) : ReservedTopics.isReserved(filter))
                && !ReservedTopics.canSubscribe(filter);
    }

    private static String inner(String filter) {
        Topics.SharedSubscription shared = Topics.SharedSubscription.parse(filter);
        return shared == null ? filter : shared.topicFilter();
    }
}
