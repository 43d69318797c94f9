package io.homeport.broker;

import io.homeport.mqtt.MqttPacket;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import io.homeport.mqtt.ReasonCode;
import java.util.List;

/// CONNACK (MQTT 5 and 3.1.1, 3.2). Stateless.
final class Greeting {
    private Greeting() {}

    /// What an accepted client is told. What 3.1.1 lacks is left out.
    static MqttPacket.ConnAckProperties properties(
            ConnectRules.Decision.Accepted accepted, BrokerLimits limits) {
        MqttPacket.Connect connect = accepted.connect();
        if (connect.version() == MqttVersion.MQTT_3_1_1) {
            return MqttPacket.ConnAckProperties.NONE;
        }
        Long asked = connect.properties().sessionExpirySeconds();
        boolean lowered = asked != null && asked != accepted.expirySeconds();
        int aliases = limits.flow().topicAliasMaximum();
        Boolean available = limits.features().spellsOutDefaults() ? Boolean.TRUE : null;
        return new MqttPacket.ConnAckProperties(
                lowered ? Long.valueOf(accepted.expirySeconds()) : null,
                limits.flow().receiveMaximum(),
                limits.features().qos2() ? null : Qos.AT_LEAST_ONCE,
                available,
                (long) limits.maximumPacketBytes(),
                accepted.assignedClientId(),
                aliases == 0 ? null : Integer.valueOf(aliases),
                null,
                List.of(),
                available,
                limits.features().subscriptionIdentifiers() ? null : Boolean.FALSE,
                available,
                // [MQTT-3.2.2-21]
                accepted.keepAliveSeconds() == connect.keepAliveSeconds()
                        ? null
                        : Integer.valueOf(accepted.keepAliveSeconds()),
                null,
                null,
                null,
                null);
    }

    /// Refuses a CONNECT: CONNACK where the version has the reason, then the end [MQTT-3.2.2-7].
    static void refuse(
            Core core,
            ConnectionInfo info,
            Transport transport,
            MqttPacket.Connect connect,
            ReasonCode reason,
            String detail) {
        boolean version5 = connect.version() == MqttVersion.MQTT_5;
        ReasonCode said = version5 ? reason : ConnectRules.version3(reason);
        if (said != null) {
            transport.send(new MqttPacket.ConnAck(false, said, refusalProperties(connect, detail)));
        }
        transport.close();
        core.counters.connectsRefused.increment();
        core.event(
                new BrokerEvent.ConnectFailed(
                        info.account(),
                        connect.clientId(),
                        info.principalId(),
                        info.sourceIp(),
                        detail));
    }

    private static MqttPacket.ConnAckProperties refusalProperties(
            MqttPacket.Connect connect, String detail) {
        Long maximum = connect.properties().maximumPacketSize();
        boolean fits = maximum == null || detail.length() * 3L + 32 <= maximum;
        String text = connect.version() == MqttVersion.MQTT_5 && fits ? detail : null;
        return text == null
                ? MqttPacket.ConnAckProperties.NONE
                : MqttPacket.ConnAckProperties.reasonString(text);
    }
}
