package io.homeport.compat.conformance;

import static io.homeport.mqtt.MqttVersion.MQTT_5;
import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.mqtt.MqttPacket.Disconnect;
import io.homeport.mqtt.MqttPacket.PubRec;
import io.homeport.mqtt.MqttPacket.PubRel;
import io.homeport.mqtt.MqttPacket.Publish;
import io.homeport.mqtt.Qos;
import io.homeport.mqtt.ReasonCode;
import org.junit.jupiter.api.Test;

/// Receive Maximum (3.1.2.11.3, 3.2.2.3.3, 3.3.4, 4.9), MQTT 5 only.
class FlowControlConformanceTest extends Conformance {
    /// 5: [MQTT-3.3.4-9], [MQTT-4.9.0-1], [MQTT-4.9.0-2]
    @Test
    void noMoreThanReceiveMaximumMessagesAreUnderWay() {
        String topic = name();
        RawClient subscriber = receiving(2);
        subscriber.subscribe(topic, Qos.EXACTLY_ONCE);
        RawClient publisher = connect(MQTT_5);
        for (int i = 1; i <= 6; i++) {
            publisher.publish(topic, "m" + i, i % 2 == 0 ? Qos.EXACTLY_ONCE : Qos.AT_LEAST_ONCE);
        }
        int one = subscriber.read(Publish.class).packetId();
        int two = subscriber.read(Publish.class).packetId();
        subscriber.ping();
        // PUBACK gives room for one more.
        subscriber.send(Packets.pubAck(one, ReasonCode.SUCCESS));
        int three = subscriber.read(Publish.class).packetId();
        subscriber.ping();
        // A PUBREC that accepts gives none, PUBCOMP does.
        subscriber.send(Packets.pubRec(two, ReasonCode.SUCCESS));
        assertThat(subscriber.read(PubRel.class).packetId()).isEqualTo(two);
        subscriber.ping();
        subscriber.send(Packets.pubComp(two));
        int four = subscriber.read(Publish.class).packetId();
        subscriber.ping();
        // PUBREC with an error does.
        subscriber.send(Packets.pubRec(four, ReasonCode.UNSPECIFIED_ERROR));
        assertThat(Packets.text(subscriber.read(Publish.class))).isEqualTo("m5");
        subscriber.send(Packets.pubAck(three, ReasonCode.UNSPECIFIED_ERROR));
        assertThat(Packets.text(subscriber.read(Publish.class))).isEqualTo("m6");
    }

    /// 5: [MQTT-3.3.4-10], [MQTT-4.9.0-3]
    @Test
    void otherPacketsAreNotHeldBack() {
        String topic = name();
        RawClient subscriber = receiving(1);
        subscriber.subscribe(topic, Qos.AT_LEAST_ONCE);
        RawClient publisher = connect(MQTT_5);
        publisher.publish(topic, "one", Qos.AT_LEAST_ONCE);
        publisher.publish(topic, "two", Qos.AT_LEAST_ONCE);
        int one = subscriber.read(Publish.class).packetId();
        subscriber.ping();
        subscriber.subscribe(name(), Qos.EXACTLY_ONCE);
        subscriber.unsubscribe(name());
        subscriber.publish(name(), "mine", Qos.EXACTLY_ONCE);
        String unhindered = name();
        subscriber.subscribe(unhindered, Qos.AT_MOST_ONCE);
        publisher.publish(unhindered, "zero", Qos.AT_MOST_ONCE);
        subscriber.receive("zero");
        subscriber.send(Packets.pubAck(one, ReasonCode.SUCCESS));
        subscriber.receive("two");
    }

    /// 5: [MQTT-4.9.0-1]: without Receive Maximum it is 65,535; the quota starts anew with each
    /// connection.
    @Test
    void theQuotaStartsAnewWithEachConnection() {
        String id = name();
        String topic = name();
        RawClient narrow =
                connect(
                        Packets.with(
                                Packets.lasting(MQTT_5, id),
                                Packets.properties(Packets.HOUR, 1, null, null)));
        narrow.subscribe(topic, Qos.AT_LEAST_ONCE);
        RawClient publisher = connect(MQTT_5);
        for (int i = 1; i <= 3; i++) {
            publisher.publish(topic, "m" + i, Qos.AT_LEAST_ONCE);
        }
        narrow.read(Publish.class);
        narrow.ping();
        narrow.breakOff();
        RawClient wide = connect(Packets.lasting(MQTT_5, id), true);
        for (int i = 1; i <= 3; i++) {
            assertThat(Packets.text(wide.read(Publish.class))).isEqualTo("m" + i);
        }
    }

    /// 5: [MQTT-3.3.4-9]: what is sent again counts as well.
    @Test
    void aNarrowerQuotaHoldsForWhatIsSentAgain() {
        String id = name();
        String topic = name();
        RawClient wide = connect(Packets.lasting(MQTT_5, id));
        wide.subscribe(topic, Qos.AT_LEAST_ONCE);
        RawClient publisher = connect(MQTT_5);
        for (int i = 1; i <= 3; i++) {
            publisher.publish(topic, "m" + i, Qos.AT_LEAST_ONCE);
            wide.read(Publish.class);
        }
        wide.breakOff();
        RawClient narrow =
                connect(
                        Packets.with(
                                Packets.lasting(MQTT_5, id),
                                Packets.properties(Packets.HOUR, 1, null, null)),
                        true);
        for (int i = 1; i <= 3; i++) {
            Publish publish = narrow.read(Publish.class);
            assertThat(Packets.text(publish)).isEqualTo("m" + i);
            narrow.ping();
            narrow.acknowledge(publish);
        }
    }

    /// 5: [MQTT-3.3.4-7]: a client that exceeds the server's Receive Maximum is cut (3.3.4).
    @Test
    void aClientThatExceedsTheReceiveMaximumIsCut() {
        RawClient client = open(MQTT_5);
        Integer told =
                connected(client, Packets.clean(MQTT_5, name())).properties().receiveMaximum();
        int maximum = told == null ? 65_535 : told;
        String topic = name();
        for (int i = 1; i <= maximum; i++) {
            client.send(Packets.publish(topic, "", Qos.EXACTLY_ONCE, i));
        }
        for (int i = 1; i <= maximum; i++) {
            assertThat(client.read(PubRec.class).packetId()).isEqualTo(i);
        }
        client.send(Packets.publish(topic, "", Qos.EXACTLY_ONCE, maximum + 1));
        assertThat(client.read(Disconnect.class).reason())
                .isEqualTo(ReasonCode.RECEIVE_MAXIMUM_EXCEEDED);
        client.assertClosed();
    }

    private RawClient receiving(int receiveMaximum) {
        return connect(
                Packets.with(
                        Packets.clean(MQTT_5, name()),
                        Packets.properties(null, receiveMaximum, null, null)));
    }
}
