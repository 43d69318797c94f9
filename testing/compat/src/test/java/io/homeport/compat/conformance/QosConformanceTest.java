package io.homeport.compat.conformance;

import static io.homeport.mqtt.MqttVersion.MQTT_5;
import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.mqtt.MqttPacket.PubComp;
import io.homeport.mqtt.MqttPacket.PubRec;
import io.homeport.mqtt.MqttPacket.PubRel;
import io.homeport.mqtt.MqttPacket.Publish;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import io.homeport.mqtt.ReasonCode;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The delivery protocols of QoS 1 and 2 (4.3), the server at either end.
class QosConformanceTest extends Conformance {
    /// 5: [MQTT-4.3.2-4], [MQTT-4.3.2-5]; 3: [MQTT-4.3.2-2]
    @ParameterizedTest
    @EnumSource
    void afterPubackThePacketIdBelongsToANewMessageWhateverDupSays(MqttVersion version) {
        String topic = name();
        RawClient subscriber = connect(version).subscribe(topic, Qos.AT_LEAST_ONCE);
        RawClient publisher = connect(version);
        publisher.publish(Packets.publish(topic, "first", Qos.AT_LEAST_ONCE, 3));
        publisher.publish(Packets.repeated(topic, "second", Qos.AT_LEAST_ONCE, 3));
        subscriber.receive("first");
        subscriber.receive("second");
    }

    /// 5: [MQTT-4.3.3-8], [MQTT-4.3.3-10], [MQTT-4.3.3-11], [MQTT-4.3.3-12]; 3: [MQTT-4.3.3-2]
    @ParameterizedTest
    @EnumSource
    void aQos2PublishIsTakenOnceUntilItIsComplete(MqttVersion version) {
        String topic = name();
        RawClient subscriber = connect(version).subscribe(topic, Qos.EXACTLY_ONCE);
        RawClient publisher = connect(version);
        publisher.send(Packets.publish(topic, "once", Qos.EXACTLY_ONCE, 7));
        assertThat(publisher.read(PubRec.class).packetId()).isEqualTo(7);
        publisher.send(Packets.repeated(topic, "once", Qos.EXACTLY_ONCE, 7));
        assertThat(publisher.read(PubRec.class).packetId()).isEqualTo(7);
        publisher.send(Packets.pubRel(7));
        assertThat(publisher.read(PubComp.class).packetId()).isEqualTo(7);
        publisher.publish(Packets.publish(topic, "anew", Qos.EXACTLY_ONCE, 7));
        subscriber.receive("once");
        subscriber.receive("anew");
        assertNothingFor(subscriber, publisher);
    }

    /// 5: [MQTT-4.3.3-11]; 3: [MQTT-4.3.3-2]
    @ParameterizedTest
    @EnumSource
    void aPubrelOfNothingIsAnsweredAllTheSame(MqttVersion version) {
        RawClient client = connect(version);
        client.send(Packets.pubRel(77));
        PubComp answer = client.read(PubComp.class);
        assertThat(answer.packetId()).isEqualTo(77);
        assertThat(answer.reason())
                .isEqualTo(
                        version == MQTT_5
                                ? ReasonCode.PACKET_IDENTIFIER_NOT_FOUND
                                : ReasonCode.SUCCESS);
    }

    /// 5: [MQTT-2.2.1-4], [MQTT-2.2.1-5], [MQTT-4.3.2-1], [MQTT-4.3.3-1]; 3: [MQTT-2.3.1-1],
    /// [MQTT-2.3.1-4], [MQTT-4.3.2-1], [MQTT-4.3.3-1]
    @ParameterizedTest
    @EnumSource
    void messagesUnderWayHaveDifferentPacketIds(MqttVersion version) {
        String topic = name();
        RawClient subscriber = connect(version).subscribe(topic, Qos.EXACTLY_ONCE);
        RawClient publisher = connect(version);
        Set<Integer> packetIds = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            publisher.publish(topic, "m" + i, i % 2 == 0 ? Qos.AT_LEAST_ONCE : Qos.EXACTLY_ONCE);
            Publish publish = subscriber.read(Publish.class);
            assertThat(publish.dup()).isFalse();
            assertThat(publish.packetId()).isNotZero();
            assertThat(packetIds.add(publish.packetId())).as("unused").isTrue();
        }
    }

    /// 5: [MQTT-4.3.3-3], [MQTT-4.3.3-4], [MQTT-2.2.1-5], [MQTT-3.6.2-1]; 3: [MQTT-4.3.3-1],
    /// [MQTT-2.3.1-6]
    @ParameterizedTest
    @EnumSource
    void pubrecIsAnsweredWithPubrelEachTime(MqttVersion version) {
        String topic = name();
        RawClient subscriber = connect(version).subscribe(topic, Qos.EXACTLY_ONCE);
        RawClient publisher = connect(version);
        publisher.publish(topic, "hi", Qos.EXACTLY_ONCE);
        int packetId = subscriber.read(Publish.class).packetId();
        for (int i = 0; i < 2; i++) {
            subscriber.send(Packets.pubRec(packetId, ReasonCode.SUCCESS));
            assertThat(subscriber.read(PubRel.class).packetId()).isEqualTo(packetId);
        }
        subscriber.send(Packets.pubComp(packetId));
        assertNothingFor(subscriber, publisher);
    }

    /// 5: [MQTT-4.3.3-4], [MQTT-4.4.0-2]
    @Test
    void aPubrecWithAnErrorIsNotAnswered() {
        String topic = name();
        RawClient subscriber = connect(MQTT_5).subscribe(topic, Qos.EXACTLY_ONCE);
        RawClient publisher = connect(MQTT_5);
        publisher.publish(topic, "hi", Qos.EXACTLY_ONCE);
        int packetId = subscriber.read(Publish.class).packetId();
        subscriber.send(Packets.pubRec(packetId, ReasonCode.NOT_AUTHORIZED));
        assertNothingFor(subscriber, publisher);
    }

    /// 5: [MQTT-4.3.3-9]
    @Test
    void afterARefusingPubrecThePacketIdBelongsToANewMessage() {
        String topic = name();
        RawClient subscriber = connect(MQTT_5).subscribe(topic, Qos.EXACTLY_ONCE);
        RawClient publisher = connect(MQTT_5);
        publisher.send(Packets.publish("$aws/nothing", "no", Qos.EXACTLY_ONCE, 4));
        assertThat(publisher.read(PubRec.class).reason().isError()).isTrue();
        publisher.publish(Packets.publish(topic, "yes", Qos.EXACTLY_ONCE, 4));
        subscriber.receive("yes");
    }

    /// Acknowledgements of nothing don't disturb (4.3; 0x92 is no error for PUBREC and PUBREL).
    @ParameterizedTest
    @EnumSource
    void acknowledgementsOfNothingDontDisturb(MqttVersion version) {
        RawClient client = connect(version);
        client.send(Packets.pubAck(9, ReasonCode.SUCCESS), Packets.pubComp(9));
        client.ping();
        client.send(Packets.pubRec(9, ReasonCode.SUCCESS));
        assertThat(client.read(PubRel.class).packetId()).isEqualTo(9);
    }
}
