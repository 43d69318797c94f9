package io.homeport.mqtt;

import static io.homeport.mqtt.PropertyId.*;

import io.homeport.mqtt.MqttPacket.RetainHandling;
import io.homeport.mqtt.MqttPacket.Subscribe;
import io.homeport.mqtt.MqttPacket.Subscription;
import io.homeport.mqtt.MqttPacket.Unsubscribe;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// Decodes SUBSCRIBE (3.8) and UNSUBSCRIBE (3.10). Stateless.
final class SubscribeDecoder {
    private static final long SUBSCRIBE_PROPERTIES =
            PropertyId.setOf(SUBSCRIPTION_IDENTIFIER, USER_PROPERTY);
    private static final long UNSUBSCRIBE_PROPERTIES = PropertyId.setOf(USER_PROPERTY);
    private static final RetainHandling[] RETAIN_HANDLINGS = RetainHandling.values();

    private SubscribeDecoder() {}

    static Subscribe subscribe(PacketReader reader) {
        int packetId = reader.packetIdentifier();
        int identifier = 0;
        reader.beginProperties();
        int id;
        while ((id = reader.nextProperty(SUBSCRIBE_PROPERTIES)) >= 0) {
            if (id == SUBSCRIPTION_IDENTIFIER) {
                identifier = reader.subscriptionIdentifierProperty();
            } else {
                reader.userProperty();
            }
        }
        List<Subscription> subscriptions = new ArrayList<>(2);
        while (reader.hasMore()) {
            checkCount(reader, subscriptions.size());
            String filter = reader.topicFilter();
            subscriptions.add(subscription(reader, filter));
        }
        if (subscriptions.isEmpty()) {
            throw reader.protocolError("has no topic filter"); // [MQTT-3.8.3-2]
        }
        return new Subscribe(
                packetId,
                Collections.unmodifiableList(subscriptions),
                identifier,
                reader.userProperties());
    }

    static Unsubscribe unsubscribe(PacketReader reader) {
        int packetId = reader.packetIdentifier();
        reader.beginProperties();
        while (reader.nextProperty(UNSUBSCRIBE_PROPERTIES) >= 0) {
            reader.userProperty();
        }
        List<String> filters = new ArrayList<>(2);
        while (reader.hasMore()) {
            checkCount(reader, filters.size());
            filters.add(reader.topicFilter());
        }
        if (filters.isEmpty()) {
            throw reader.protocolError("has no topic filter"); // [MQTT-3.10.3-2]
        }
        return new Unsubscribe(
                packetId, Collections.unmodifiableList(filters), reader.userProperties());
    }

    /// 3.8.3.1; in MQTT 3.1.1 the byte holds the QoS alone.
    private static Subscription subscription(PacketReader reader, String filter) {
        int options = reader.unsignedByte("subscription options");
        int reserved = reader.isVersion5() ? 0xC0 : 0xFC;
        if ((options & reserved) != 0) {
            // [MQTT-3.8.3-5]; [MQTT-3.8.3-4] of 3.1.1
            throw reader.malformed("reserved bits of the subscription options are set");
        }
        int qos = options & 3;
        if (qos == 3) {
            throw reader.protocolError("the QoS of a subscription is 3");
        }
        int retainHandling = options >> 4 & 3;
        if (retainHandling == 3) {
            throw reader.protocolError("the Retain Handling of a subscription is 3");
        }
        boolean noLocal = (options & 4) != 0;
        if (noLocal && Topics.isShared(filter)) {
            // [MQTT-3.8.3-4]
            throw reader.protocolError("No Local is set for a shared subscription");
        }
        return new Subscription(
                filter, Qos.of(qos), noLocal, (options & 8) != 0, RETAIN_HANDLINGS[retainHandling]);
    }

    private static void checkCount(PacketReader reader, int count) {
        int maximum = reader.limits().maximumTopicFilters();
        if (count == maximum) {
            throw reader.fault(
                    ReasonCode.QUOTA_EXCEEDED, "has more than " + maximum + " topic filters");
        }
    }
}
