package io.homeport.mqtt;

import io.homeport.core.MessageProperties;
import io.homeport.core.UserProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An MQTT control packet. One set of records serves both versions: what 3.1.1 lacks is absent
/// (null, empty, or {@link ReasonCode#SUCCESS}). Immutable; arrays are not copied and must not be
/// changed. Field names are those of the MQTT 5 specification.
public sealed interface MqttPacket {

    /// CONNECT (3.1).
    ///
    /// @param cleanStart Clean Start of 5, Clean Session of 3.1.1
    /// @param keepAliveSeconds 0 turns keep alive off
    record Connect(
            MqttVersion version,
            boolean cleanStart,
            int keepAliveSeconds,
            String clientId,
            @Nullable Will will,
            @Nullable String userName,
            byte @Nullable [] password,
            ConnectProperties properties)
            implements MqttPacket {}

    /// @param sessionExpirySeconds null absent; 0xFFFFFFFF never expires
    record ConnectProperties(
            @Nullable Long sessionExpirySeconds,
            @Nullable Integer receiveMaximum,
            @Nullable Long maximumPacketSize,
            @Nullable Integer topicAliasMaximum,
            boolean requestResponseInformation,
            boolean requestProblemInformation,
            List<UserProperty> userProperties,
            @Nullable String authenticationMethod,
            byte @Nullable [] authenticationData) {
        /// All absent, with the defaults that 3.1.2.11 gives.
        public static final ConnectProperties NONE =
                new ConnectProperties(null, null, null, null, false, true, List.of(), null, null);
    }

    /// The Will Message of CONNECT (3.1.3.2 to 3.1.3.4).
    record Will(
            String topic,
            byte[] payload,
            Qos qos,
            boolean retain,
            long delaySeconds,
            MessageProperties properties) {}

    /// CONNACK (3.2).
    record ConnAck(boolean sessionPresent, ReasonCode reason, ConnAckProperties properties)
            implements MqttPacket {}

    /// Null is absent, which means the default of 3.2.2.3.
    record ConnAckProperties(
            @Nullable Long sessionExpirySeconds,
            @Nullable Integer receiveMaximum,
            @Nullable Qos maximumQos,
            @Nullable Boolean retainAvailable,
            @Nullable Long maximumPacketSize,
            @Nullable String assignedClientIdentifier,
            @Nullable Integer topicAliasMaximum,
            @Nullable String reasonString,
            List<UserProperty> userProperties,
            @Nullable Boolean wildcardSubscriptionAvailable,
            @Nullable Boolean subscriptionIdentifiersAvailable,
            @Nullable Boolean sharedSubscriptionAvailable,
            @Nullable Integer serverKeepAliveSeconds,
            @Nullable String responseInformation,
            @Nullable String serverReference,
            @Nullable String authenticationMethod,
            byte @Nullable [] authenticationData) {
        public static final ConnAckProperties NONE = reasonString(null);

        /// Only a Reason String.
        public static ConnAckProperties reasonString(@Nullable String text) {
            return new ConnAckProperties(
                    null, null, null, null, null, null, null, text, List.of(), null, null, null,
                    null, null, null, null, null);
        }
    }

    /// PUBLISH (3.3) as received.
    ///
    /// @param topic empty where only an alias was sent
    /// @param packetId 0 for QoS 0
    /// @param topicAlias 0 absent
    /// @param subscriptionIdentifiers empty absent; only a server sends them
    record Publish(
            boolean dup,
            Qos qos,
            boolean retain,
            String topic,
            int packetId,
            byte[] payload,
            MessageProperties properties,
            int topicAlias,
            int[] subscriptionIdentifiers)
            implements MqttPacket {}

    /// PUBACK (3.4).
    record PubAck(
            int packetId,
            ReasonCode reason,
            @Nullable String reasonString,
            List<UserProperty> userProperties)
            implements MqttPacket {}

    /// PUBREC (3.5).
    record PubRec(
            int packetId,
            ReasonCode reason,
            @Nullable String reasonString,
            List<UserProperty> userProperties)
            implements MqttPacket {}

    /// PUBREL (3.6).
    record PubRel(
            int packetId,
            ReasonCode reason,
            @Nullable String reasonString,
            List<UserProperty> userProperties)
            implements MqttPacket {}

    /// PUBCOMP (3.7).
    record PubComp(
            int packetId,
            ReasonCode reason,
            @Nullable String reasonString,
            List<UserProperty> userProperties)
            implements MqttPacket {}

    /// SUBSCRIBE (3.8).
    ///
    /// @param subscriptionIdentifier 0 absent
    record Subscribe(
            int packetId,
            List<Subscription> subscriptions,
            int subscriptionIdentifier,
            List<UserProperty> userProperties)
            implements MqttPacket {}

    /// One topic filter of SUBSCRIBE with its options (3.8.3.1).
    record Subscription(
            String topicFilter,
            Qos maximumQos,
            boolean noLocal,
            boolean retainAsPublished,
            RetainHandling retainHandling) {}

    /// Which retained messages a subscription asks for; the ordinal is the wire value.
    enum RetainHandling {
        SEND_ON_SUBSCRIBE,
        SEND_IF_NEW,
        DO_NOT_SEND
    }

    /// SUBACK (3.9).
    record SubAck(
            int packetId,
            List<ReasonCode> reasons,
            @Nullable String reasonString,
            List<UserProperty> userProperties)
            implements MqttPacket {}

    /// UNSUBSCRIBE (3.10).
    record Unsubscribe(int packetId, List<String> topicFilters, List<UserProperty> userProperties)
            implements MqttPacket {}

    /// UNSUBACK (3.11). In 3.1.1 the reasons aren't sent.
    record UnsubAck(
            int packetId,
            List<ReasonCode> reasons,
            @Nullable String reasonString,
            List<UserProperty> userProperties)
            implements MqttPacket {}

    /// PINGREQ (3.12).
    record PingReq() implements MqttPacket {}

    /// PINGRESP (3.13).
    record PingResp() implements MqttPacket {}

    /// DISCONNECT (3.14). A server sends it in MQTT 5 only.
    record Disconnect(
            ReasonCode reason,
            @Nullable Long sessionExpirySeconds,
            @Nullable String reasonString,
            @Nullable String serverReference,
            List<UserProperty> userProperties)
            implements MqttPacket {
        public static Disconnect of(ReasonCode reason, @Nullable String reasonString) {
            return new Disconnect(reason, null, reasonString, null, List.of());
        }
    }

    /// AUTH (3.15), MQTT 5 only.
    record Auth(
            ReasonCode reason,
            @Nullable String authenticationMethod,
            byte @Nullable [] authenticationData,
            @Nullable String reasonString,
            List<UserProperty> userProperties)
            implements MqttPacket {}
}
