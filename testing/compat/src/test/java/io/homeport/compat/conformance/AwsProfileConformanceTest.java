package io.homeport.compat.conformance;

import static io.homeport.mqtt.MqttVersion.MQTT_5;
import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.compat.TestServer;
import io.homeport.core.Profile;
import io.homeport.mqtt.MqttPacket.ConnAck;
import io.homeport.mqtt.MqttPacket.ConnAckProperties;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import io.homeport.mqtt.ReasonCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What the specifications say of servers that can't do everything, on the profile that can't.
class AwsProfileConformanceTest extends Conformance {
    AwsProfileConformanceTest() {
        super(TestServer.start(settings -> settings.withProfile(Profile.AWS)));
    }

    /// 5: [MQTT-3.2.2-9], [MQTT-3.2.2-22]
    @Test
    void connackSaysWhatTheProfileLacks() {
        ConnAckProperties told =
                connected(open(MQTT_5), Packets.withKeepAlive(Packets.clean(MQTT_5, name()), 5))
                        .properties();
        assertThat(told.maximumQos()).isEqualTo(Qos.AT_LEAST_ONCE);
        assertThat(told.subscriptionIdentifiersAvailable()).isFalse();
        assertThat(told.serverKeepAliveSeconds()).isEqualTo(30);
    }

    /// 5: [MQTT-3.2.2-12]; 3: [MQTT-3.2.2-6]
    @ParameterizedTest
    @EnumSource
    void aWillAboveTheMaximumQosIsRefused(MqttVersion version) {
        RawClient client = open(version);
        client.send(
                Packets.with(
                        Packets.clean(version, name()),
                        Packets.will(name(), Qos.EXACTLY_ONCE, false)));
        if (version == MQTT_5) {
            assertThat(client.read(ConnAck.class).reason()).isEqualTo(ReasonCode.QOS_NOT_SUPPORTED);
        }
        client.assertClosed();
    }

    /// 5: [MQTT-3.1.3-8]; 3: [MQTT-3.1.3-9], [MQTT-3.2.2-4], [MQTT-3.2.2-5]
    @ParameterizedTest
    @EnumSource
    void aClientIdThatIsTooLongIsRefused(MqttVersion version) {
        RawClient client = open(version);
        client.send(Packets.clean(version, "x".repeat(129)));
        ConnAck answer = client.read(ConnAck.class);
        assertThat(answer.reason()).isEqualTo(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID);
        assertThat(answer.sessionPresent()).isFalse();
        client.assertClosed();
    }

    /// 5: [MQTT-3.2.2-11]: the client that publishes above the Maximum QoS is cut (3.2.2.3.4).
    @ParameterizedTest
    @EnumSource
    void aPublishAboveTheMaximumQosEndsTheConnection(MqttVersion version) {
        RawClient client = connect(version);
        client.send(Packets.publish(name(), "hi", Qos.EXACTLY_ONCE, 1));
        client.assertCut(ReasonCode.QOS_NOT_SUPPORTED);
    }
}
