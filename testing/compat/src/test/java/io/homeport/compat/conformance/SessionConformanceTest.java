package io.homeport.compat.conformance;

import static io.homeport.mqtt.MqttVersion.MQTT_3_1_1;
import static io.homeport.mqtt.MqttVersion.MQTT_5;
import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.mqtt.MqttPacket.PubRec;
import io.homeport.mqtt.MqttPacket.PubRel;
import io.homeport.mqtt.MqttPacket.Publish;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import io.homeport.mqtt.ReasonCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Session state (4.1, 3.1.2.4) and what is sent again (4.4).
class SessionConformanceTest extends Conformance {
    /// 5: [MQTT-3.1.2-5], [MQTT-3.1.2-6], [MQTT-3.1.2-23], [MQTT-3.2.2-3], [MQTT-4.5.0-1]; 3:
    /// [MQTT-3.1.2-4], [MQTT-3.1.2-5], [MQTT-3.2.2-2], [MQTT-3.2.2-3], [MQTT-4.1.0-1],
    /// [MQTT-4.5.0-1]
    @ParameterizedTest
    @EnumSource
    void aSessionIsResumedWithItsSubscriptionsAndMessages(MqttVersion version) {
        String id = name();
        String topic = name();
        RawClient first = connect(Packets.lasting(version, id), false);
        first.subscribe(topic, Qos.EXACTLY_ONCE);
        first.disconnect();
        RawClient publisher = connect(version);
        publisher.publish(topic, "one", Qos.AT_LEAST_ONCE);
        publisher.publish(topic, "two", Qos.EXACTLY_ONCE);
        RawClient second = connect(Packets.lasting(version, id), true);
        assertThat(second.receive("one").qos()).isEqualTo(Qos.AT_LEAST_ONCE);
        assertThat(second.receive("two").qos()).isEqualTo(Qos.EXACTLY_ONCE);
        publisher.publish(topic, "three", Qos.AT_LEAST_ONCE);
        second.receive("three");
    }

    /// 5: [MQTT-3.1.3-2]; 3: [MQTT-3.1.3-2]
    @ParameterizedTest
    @EnumSource
    void aSessionBelongsToItsClientId(MqttVersion version) {
        String id = name();
        connect(Packets.lasting(version, id)).disconnect();
        connect(Packets.lasting(version, id + "x"), false);
        connect(Packets.lasting(version, id), true);
    }

    /// 5: [MQTT-3.1.2-4], [MQTT-3.1.4-4], [MQTT-3.2.2-2]; 3: [MQTT-3.1.2-6], [MQTT-3.1.4-3],
    /// [MQTT-3.2.2-1]
    @ParameterizedTest
    @EnumSource
    void aCleanStartDiscardsTheSession(MqttVersion version) {
        String id = name();
        String topic = name();
        RawClient old = connect(Packets.lasting(version, id));
        old.subscribe(topic, Qos.AT_LEAST_ONCE);
        old.disconnect();
        RawClient publisher = connect(version);
        publisher.publish(topic, "queued", Qos.AT_LEAST_ONCE);
        RawClient fresh = connect(Packets.fresh(version, id), false);
        publisher.publish(topic, "unsubscribed", Qos.AT_LEAST_ONCE);
        assertNothingFor(fresh, publisher);
    }

    /// A connected session too, which also takes it over (5: [MQTT-3.1.2-4]; 3: [MQTT-3.1.2-6]).
    @ParameterizedTest
    @EnumSource
    void aCleanStartDiscardsAConnectedSession(MqttVersion version) {
        String id = name();
        String topic = name();
        RawClient old = connect(Packets.lasting(version, id));
        old.subscribe(topic, Qos.AT_LEAST_ONCE);
        RawClient fresh = connect(Packets.fresh(version, id), false);
        old.assertCut(ReasonCode.SESSION_TAKEN_OVER);
        RawClient publisher = connect(version);
        publisher.publish(topic, "unsubscribed", Qos.AT_LEAST_ONCE);
        assertNothingFor(fresh, publisher);
    }

    /// 3: [MQTT-3.1.2-6]; 5: [MQTT-4.1.0-2], with an expiry of 0.
    @ParameterizedTest
    @EnumSource
    void aCleanSessionEndsWithItsConnection(MqttVersion version) {
        String id = name();
        connect(Packets.clean(version, id)).disconnect();
        connect(Packets.lasting(version, id), false);
    }

    /// 5: [MQTT-4.1.0-2], [MQTT-3.1.2-23]
    @Test
    void aSessionEndsWhenItsExpiryHasPassed() {
        String id = name();
        RawClient watcher = watching(id);
        connect(Packets.lasting(MQTT_5, id)).disconnect();
        watcher.receive();
        advance(Duration.ofSeconds(Packets.HOUR - 60));
        connect(Packets.lasting(MQTT_5, id), true).disconnect();
        watcher.receive();
        advance(Duration.ofSeconds(Packets.HOUR + 1));
        connect(Packets.lasting(MQTT_5, id), false);
    }

    /// 5: [MQTT-4.1.0-1]; 3: [MQTT-4.1.0-2]
    @ParameterizedTest
    @EnumSource
    void aSessionLastsWhileItIsConnected(MqttVersion version) {
        String topic = name();
        RawClient subscriber = connect(Packets.clean(version, name()));
        subscriber.subscribe(topic, Qos.AT_LEAST_ONCE);
        advance(Duration.ofDays(2));
        connect(version).publish(topic, "still there", Qos.AT_LEAST_ONCE);
        subscriber.receive("still there");
    }

    /// 5: [MQTT-3.3.1-1], [MQTT-4.3.2-3], [MQTT-4.4.0-1], [MQTT-4.6.0-5]; 3: [MQTT-2.3.1-4],
    /// [MQTT-3.3.1-1], [MQTT-4.3.2-1], [MQTT-4.4.0-1], [MQTT-4.6.0-6]
    @ParameterizedTest
    @EnumSource
    void unacknowledgedPublishesAreSentAgainInTheirOrder(MqttVersion version) {
        String id = name();
        String topic = name();
        RawClient subscriber = connect(Packets.lasting(version, id));
        subscriber.subscribe(topic, Qos.EXACTLY_ONCE);
        RawClient publisher = connect(version);
        List<Publish> sent = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            publisher.publish(topic, "m" + i, i % 2 == 0 ? Qos.AT_LEAST_ONCE : Qos.EXACTLY_ONCE);
            sent.add(subscriber.read(Publish.class));
        }
        subscriber.breakOff();
        RawClient back = connect(Packets.lasting(version, id), true);
        for (Publish before : sent) {
            Publish again = back.receive(Packets.text(before));
            assertThat(before.dup()).isFalse();
            assertThat(again.dup()).isTrue();
            assertThat(again.packetId()).isEqualTo(before.packetId());
            assertThat(again.qos()).isEqualTo(before.qos());
        }
        back.disconnect();
        assertNothingFor(connect(Packets.lasting(version, id), true), publisher);
    }

    /// 5: [MQTT-4.3.3-5], [MQTT-4.3.3-6], [MQTT-4.4.0-1]; 3: [MQTT-4.3.3-1], [MQTT-4.4.0-1]
    @ParameterizedTest
    @EnumSource
    void pubrelIsSentAgainAndItsPublishIsNot(MqttVersion version) {
        String id = name();
        String topic = name();
        RawClient subscriber = connect(Packets.lasting(version, id));
        subscriber.subscribe(topic, Qos.EXACTLY_ONCE);
        RawClient publisher = connect(version);
        publisher.publish(topic, "once", Qos.EXACTLY_ONCE);
        int packetId = subscriber.read(Publish.class).packetId();
        subscriber.send(Packets.pubRec(packetId, ReasonCode.SUCCESS));
        assertThat(subscriber.read(PubRel.class).packetId()).isEqualTo(packetId);
        subscriber.breakOff();
        RawClient back = connect(Packets.lasting(version, id), true);
        assertThat(back.read(PubRel.class).packetId()).isEqualTo(packetId);
        back.send(Packets.pubComp(packetId));
        assertNothingFor(back, publisher);
        back.disconnect();
        assertNothingFor(connect(Packets.lasting(version, id), true), publisher);
    }

    /// 5: [MQTT-4.4.0-1]
    @ParameterizedTest
    @EnumSource
    void nothingIsSentAgainOnALiveConnection(MqttVersion version) {
        String topic = name();
        RawClient subscriber = connect(Packets.lasting(version, name()));
        subscriber.subscribe(topic, Qos.EXACTLY_ONCE);
        RawClient publisher = connect(version);
        publisher.publish(topic, "one", Qos.AT_LEAST_ONCE);
        publisher.publish(topic, "two", Qos.EXACTLY_ONCE);
        Publish one = subscriber.read(Publish.class);
        Publish two = subscriber.read(Publish.class);
        advance(Duration.ofMinutes(30));
        assertNothingFor(subscriber, publisher);
        subscriber.acknowledge(one);
        subscriber.acknowledge(two);
    }

    /// 5: [MQTT-4.4.0-2]
    @Test
    void aRefusedPublishIsNotSentAgain() {
        String id = name();
        String topic = name();
        RawClient subscriber = connect(Packets.lasting(MQTT_5, id));
        subscriber.subscribe(topic, Qos.EXACTLY_ONCE);
        RawClient publisher = connect(MQTT_5);
        publisher.publish(topic, "one", Qos.AT_LEAST_ONCE);
        publisher.publish(topic, "two", Qos.EXACTLY_ONCE);
        int one = subscriber.read(Publish.class).packetId();
        int two = subscriber.read(Publish.class).packetId();
        subscriber.send(
                Packets.pubAck(one, ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR),
                Packets.pubRec(two, ReasonCode.UNSPECIFIED_ERROR));
        assertNothingFor(subscriber, publisher);
        subscriber.breakOff();
        assertNothingFor(connect(Packets.lasting(MQTT_5, id), true), publisher);
    }

    /// 5: [MQTT-4.3.3-10]; 3: [MQTT-4.3.3-2]: also where the connection breaks in between.
    @ParameterizedTest
    @EnumSource
    void aQos2PublishIsTakenOnceAcrossConnections(MqttVersion version) {
        String id = name();
        String topic = name();
        RawClient subscriber = connect(version).subscribe(topic, Qos.EXACTLY_ONCE);
        RawClient publisher = connect(Packets.lasting(version, id));
        publisher.send(Packets.publish(topic, "once", Qos.EXACTLY_ONCE, 9));
        publisher.read(PubRec.class);
        publisher.breakOff();
        RawClient back = connect(Packets.lasting(version, id), true);
        back.publish(Packets.repeated(topic, "once", Qos.EXACTLY_ONCE, 9));
        subscriber.receive("once");
        assertNothingFor(subscriber, back);
    }

    /// 5: [MQTT-3.1.4-3]; 3: [MQTT-3.1.4-2]: however many come at once, the last one stays.
    @ParameterizedTest
    @EnumSource
    void ofManyConnectionsWithOneClientIdTheLastStays(MqttVersion version) {
        String id = name();
        String topic = name();
        List<RawClient> earlier = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            earlier.add(open(version));
        }
        for (RawClient client : earlier) {
            client.send(Packets.lasting(version, id));
        }
        // Who is taken over before the CONNACK gets none, nor a DISCONNECT [MQTT-3.14.0-1].
        earlier.removeIf(client -> client.readOrEnd() == null);
        RawClient last = connect(Packets.lasting(version, id), true);
        for (RawClient client : earlier) {
            client.assertCut(ReasonCode.SESSION_TAKEN_OVER);
        }
        last.subscribe(topic, Qos.AT_LEAST_ONCE);
        connect(version).publish(topic, "one left", Qos.AT_LEAST_ONCE);
        last.receive("one left");
    }

    /// The version isn't part of a session: what 3.1.1 began can go on with 5.
    @Test
    void aSessionIsResumedByTheOtherVersion() {
        String id = name();
        String topic = name();
        RawClient old = connect(Packets.lasting(MQTT_3_1_1, id));
        old.subscribe(topic, Qos.AT_LEAST_ONCE);
        old.disconnect();
        connect(MQTT_3_1_1).publish(topic, "across", Qos.AT_LEAST_ONCE);
        connect(Packets.lasting(MQTT_5, id), true).receive("across");
    }
}
