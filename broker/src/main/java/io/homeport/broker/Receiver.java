package io.homeport.broker;

import io.homeport.core.MessageBus;
import io.homeport.mqtt.MqttPacket;
import org.jspecify.annotations.Nullable;

/// What stands behind a topic filter.
sealed interface Receiver {

    /// A client's subscription. Immutable.
    ///
    /// @param identifier the MQTT 5 Subscription Identifier, 0 for none
    /// @param group where it is a member of a shared subscription
    record SessionSubscription(
            Session session,
            MqttPacket.Subscription options,
            int identifier,
            @Nullable SharedGroup group)
            implements Receiver {

        String topicFilter() {
            return options.topicFilter();
        }
    }

    /// A shared subscription as a whole.
    record Shared(SharedGroup group) implements Receiver {}

    /// A service's subscription.
    record Bus(MessageBus.Handler handler) implements Receiver {}
}
