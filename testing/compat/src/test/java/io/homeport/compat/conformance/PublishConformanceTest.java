package io.homeport.compat.conformance;

import static io.homeport.mqtt.MqttVersion.MQTT_3_1_1;
import static io.homeport.mqtt.MqttVersion.MQTT_5;
import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.core.MessageProperties;
import io.homeport.mqtt.MqttPacket.PubAck;
import io.homeport.mqtt.MqttPacket.PubComp;
import io.homeport.mqtt.MqttPacket.PubRec;
import io.homeport.mqtt.MqttPacket.Publish;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import io.homeport.mqtt.ReasonCode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// PUBLISH (3.3), ordering (4.6) and topics (4.7).
class PublishConformanceTest extends Conformance {
    /// 5: [MQTT-2.2.1-2], [MQTT-3.3.1-2], [MQTT-4.3.1-1]; 3: [MQTT-2.3.1-5], [MQTT-3.3.1-2],
    /// [MQTT-4.3.1-1]
    @ParameterizedTest
    @EnumSource
    void aQos0MessageGoesOutWithoutDupAndPacketId(MqttVersion version) {
        String topic = name();
        RawClient subscriber = connect(version).subscribe(topic, Qos.EXACTLY_ONCE);
        connect(version).publish(topic, "hi", Qos.AT_MOST_ONCE);
        byte[] expected = PacketBytes.of(version, "30 [ \"" + topic + "\" { } 'hi' ]");
        assertThat(subscriber.readBytes(expected.length)).isEqualTo(expected);
        subscriber.ping();
    }

    /// 5: [MQTT-3.3.1-3], [MQTT-4.3.2-2], [MQTT-4.3.3-2]; 3: [MQTT-3.3.1-3]
    @ParameterizedTest
    @EnumSource
    void dupOfThePublisherIsNotPassedOn(MqttVersion version) {
        String topic = name();
        RawClient subscriber = connect(version).subscribe(topic, Qos.EXACTLY_ONCE);
        RawClient publisher = connect(version);
        publisher.publish(Packets.repeated(topic, "one", Qos.AT_LEAST_ONCE, 1));
        publisher.publish(Packets.repeated(topic, "two", Qos.EXACTLY_ONCE, 2));
        assertThat(subscriber.receive("one").dup()).isFalse();
        assertThat(subscriber.receive("two").dup()).isFalse();
    }

    /// 5: [MQTT-3.3.4-1], [MQTT-2.2.1-5], [MQTT-4.3.2-4], [MQTT-4.3.3-8], [MQTT-4.3.3-11]; 3:
    /// [MQTT-3.3.4-1], [MQTT-2.3.1-6]
    @ParameterizedTest
    @EnumSource
    void eachQosIsAcknowledgedInItsWay(MqttVersion version) {
        RawClient publisher = connect(version);
        publisher.send(Packets.publish(name(), "zero", Qos.AT_MOST_ONCE, 0));
        publisher.ping();
        publisher.send(Packets.publish(name(), "one", Qos.AT_LEAST_ONCE, 65_535));
        assertThat(publisher.read(PubAck.class).packetId()).isEqualTo(65_535);
        publisher.send(Packets.publish(name(), "two", Qos.EXACTLY_ONCE, 256));
        assertThat(publisher.read(PubRec.class).packetId()).isEqualTo(256);
        publisher.send(Packets.pubRel(256));
        assertThat(publisher.read(PubComp.class).packetId()).isEqualTo(256);
    }

    /// 5: [MQTT-4.5.0-1], [MQTT-3.3.2-3]; 3: [MQTT-4.5.0-1], [MQTT-3.3.2-3]
    @ParameterizedTest
    @EnumSource
    void aMessageGoesToThoseWhoseFiltersMatch(MqttVersion version) {
        String root = name();
        RawClient exact = connect(version).subscribe(root + "/a/b", Qos.AT_LEAST_ONCE);
        RawClient single = connect(version).subscribe(root + "/+/b", Qos.AT_LEAST_ONCE);
        RawClient multi = connect(version).subscribe(root + "/#", Qos.AT_LEAST_ONCE);
        RawClient other = connect(version).subscribe(root + "/a", Qos.AT_LEAST_ONCE);
        RawClient publisher = connect(version);
        publisher.publish(root + "/a/b", "hi", Qos.AT_LEAST_ONCE);
        for (RawClient subscriber : List.of(exact, single, multi)) {
            assertThat(subscriber.receive("hi").topic()).isEqualTo(root + "/a/b");
        }
        assertNothingFor(other, publisher);
    }

    /// 5: [MQTT-4.7.1-1], [MQTT-4.7.1-2]; 3: [MQTT-4.7.1-2], [MQTT-4.7.1-3]: the examples of 4.7.1.
    @ParameterizedTest
    @CsvSource({
        "sport/tennis/player1/#, sport/tennis/player1, true",
        "sport/tennis/player1/#, sport/tennis/player1/score/wimbledon, true",
        "sport/#, sport, true",
        "sport/tennis/+, sport/tennis/player1, true",
        "sport/tennis/+, sport/tennis/player1/ranking, false",
        "sport/+, sport, false",
        "sport/+, sport/, true",
        "+/+, /finance, true",
        "/+, /finance, true",
        "+, /finance, false",
    })
    void wildcardsMatchAsTheExamplesSay(String filter, String topic, boolean matches) {
        for (MqttVersion version : MqttVersion.values()) {
            RawClient subscriber = connect(version).subscribe(filter, Qos.AT_LEAST_ONCE);
            RawClient publisher = connect(version);
            publisher.publish(topic, "hi", Qos.AT_LEAST_ONCE);
            if (matches) {
                assertThat(subscriber.receive("hi").topic()).isEqualTo(topic);
            }
            assertNothingFor(subscriber, publisher);
        }
    }

    /// 5: [MQTT-4.7.2-1]; 3: [MQTT-4.7.2-1]
    @ParameterizedTest
    @EnumSource
    void aLeadingWildcardDoesNotMatchADollarTopic(MqttVersion version) {
        String topic = "$aws/things/" + name() + "/shadow/get";
        RawClient hash = connect(version).subscribe("#", Qos.AT_LEAST_ONCE);
        RawClient plus = connect(version).subscribe("+/things/#", Qos.AT_LEAST_ONCE);
        RawClient shared = connect(version).subscribe("$share/g/#", Qos.AT_LEAST_ONCE);
        RawClient exact = connect(version).subscribe(topic, Qos.AT_LEAST_ONCE);
        RawClient publisher = connect(version);
        publisher.publish(topic, "{}", Qos.AT_LEAST_ONCE);
        assertThat(exact.receive("{}").topic()).isEqualTo(topic);
        shared.unsubscribe("$share/g/#");
        assertNothingFor(hash, publisher);
        assertNothingFor(plus, publisher);
        assertNothingFor(shared, publisher);
    }

    /// 5: [MQTT-4.7.3-4], [MQTT-1.5.4-3]; 3: [MQTT-4.7.3-4], [MQTT-1.5.3-3]: case, composed and
    /// decomposed letters, empty levels and U+FEFF all differ.
    @ParameterizedTest
    @EnumSource
    void topicsAreComparedAsTheyAre(MqttVersion version) {
        String root = name();
        List<String> topics =
                List.of(
                        root + "/\u00e9",
                        root + "/e\u0301",
                        root + "/E",
                        root + "/e",
                        root + "/e/",
                        root + "//e",
                        "/" + root + "/e",
                        root + "/\ufeffe",
                        root + "/e\ufeff");
        RawClient publisher = connect(version);
        for (String topic : topics) {
            RawClient subscriber = connect(version).subscribe(topic, Qos.AT_LEAST_ONCE);
            for (String published : topics) {
                publisher.publish(published, published, Qos.AT_LEAST_ONCE);
            }
            assertThat(subscriber.receive(topic).topic()).isEqualTo(topic);
            assertNothingFor(subscriber, publisher);
        }
    }

    /// 5: [MQTT-4.7.3-3]; 3: [MQTT-4.7.3-3]
    @ParameterizedTest
    @EnumSource
    void aTopicMayHave65535Bytes(MqttVersion version) {
        String root = name() + "/";
        String topic = root + "x".repeat(65_535 - root.length());
        RawClient subscriber = connect(version).subscribe(topic, Qos.AT_LEAST_ONCE);
        connect(version).publish(topic, "long", Qos.AT_LEAST_ONCE);
        assertThat(subscriber.receive("long").topic()).isEqualTo(topic);
    }

    /// 5: [MQTT-4.6.0-5], [MQTT-4.6.0-6]; 3: [MQTT-4.6.0-5], [MQTT-4.6.0-6]
    @ParameterizedTest
    @EnumSource
    void messagesOfAPublisherKeepTheirOrder(MqttVersion version) {
        for (Qos qos : Qos.values()) {
            String topic = name();
            RawClient subscriber = connect(version).subscribe(topic, qos);
            RawClient publisher = connect(version);
            int count = 200;
            for (int i = 1; i <= count; i++) {
                publisher.send(Packets.publish(topic, "m" + i, qos, i));
            }
            for (int i = 1; i <= count; i++) {
                subscriber.receive("m" + i);
            }
        }
    }

    /// 5: [MQTT-4.6.0-5], [MQTT-4.6.0-6]; 3: [MQTT-4.6.0-6]: also where a long queue is caught up
    /// while more comes in.
    @ParameterizedTest
    @EnumSource
    void aQueueThatIsCaughtUpKeepsItsOrder(MqttVersion version) {
        String id = name();
        String topic = name();
        RawClient subscriber = connect(Packets.lasting(version, id));
        subscriber.subscribe(topic, Qos.AT_LEAST_ONCE);
        subscriber.disconnect();
        RawClient publisher = connect(version);
        int queued = 600;
        for (int i = 1; i <= queued; i++) {
            publisher.send(Packets.publish(topic, "m" + i, Qos.AT_LEAST_ONCE, i));
        }
        for (int i = 1; i <= queued; i++) {
            assertThat(publisher.read(PubAck.class).packetId()).isEqualTo(i);
        }
        RawClient back = connect(Packets.lasting(version, id), true);
        for (int i = 1; i <= 2 * queued; i++) {
            if (i <= queued) {
                int more = queued + i;
                publisher.send(Packets.publish(topic, "m" + more, Qos.AT_LEAST_ONCE, more));
            }
            back.receive("m" + i);
        }
    }

    /// 5: [MQTT-4.6.0-2], [MQTT-4.6.0-3] say it of clients; the server does so too. 3:
    /// [MQTT-4.6.0-6] obliges it.
    @ParameterizedTest
    @EnumSource
    void acknowledgementsKeepTheOrderOfWhatTheyAcknowledge(MqttVersion version) {
        RawClient publisher = connect(version);
        String topic = name();
        for (int i = 1; i <= 50; i++) {
            publisher.send(Packets.publish(topic, "m", Qos.AT_LEAST_ONCE, i));
        }
        for (int i = 1; i <= 50; i++) {
            assertThat(publisher.read(PubAck.class).packetId()).isEqualTo(i);
        }
        for (int i = 1; i <= 50; i++) {
            publisher.send(Packets.publish(topic, "m", Qos.EXACTLY_ONCE, i));
        }
        for (int i = 1; i <= 50; i++) {
            assertThat(publisher.read(PubRec.class).packetId()).isEqualTo(i);
        }
        for (int i = 1; i <= 50; i++) {
            publisher.send(Packets.pubRel(i));
        }
        for (int i = 1; i <= 50; i++) {
            assertThat(publisher.read(PubComp.class).packetId()).isEqualTo(i);
        }
    }

    /// 5: [MQTT-3.3.4-2]; 3: [MQTT-3.3.5-1]
    @ParameterizedTest
    @EnumSource
    void overlappingSubscriptionsDeliverWithTheHighestQos(MqttVersion version) {
        String root = name();
        RawClient subscriber = connect(version);
        subscriber.subscribe(
                Packets.to(root + "/#", Qos.AT_MOST_ONCE),
                Packets.to(root + "/a", Qos.EXACTLY_ONCE),
                Packets.to(root + "/+", Qos.AT_LEAST_ONCE));
        RawClient publisher = connect(version);
        publisher.publish(root + "/a", "hi", Qos.EXACTLY_ONCE);
        assertThat(subscriber.receive("hi").qos()).isEqualTo(Qos.EXACTLY_ONCE);
        assertNothingFor(subscriber, publisher);
    }

    /// 3: [MQTT-3.3.5-2]: a topic below `$` that isn't for clients stands for all that are denied.
    @Test
    void anUnauthorizedPublishOfVersion3IsAcknowledgedOrEndsTheConnection() {
        RawClient acknowledged = connect(MQTT_3_1_1);
        acknowledged.publish("$mine/" + name(), "no", Qos.AT_LEAST_ONCE);
        acknowledged.ping();
        RawClient cut = connect(MQTT_3_1_1);
        cut.send(Packets.publish("$aws/nothing", "no", Qos.AT_LEAST_ONCE, 1));
        cut.assertClosed();
    }

    /// 5: [MQTT-3.4.2-1], [MQTT-3.5.2-1]
    @Test
    void anUnauthorizedPublishOfVersion5IsToldSo() {
        RawClient publisher = connect(MQTT_5);
        publisher.send(Packets.publish("$aws/nothing", "no", Qos.AT_LEAST_ONCE, 1));
        assertThat(publisher.read(PubAck.class).reason()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        publisher.send(Packets.publish("$aws/nothing", "no", Qos.EXACTLY_ONCE, 2));
        assertThat(publisher.read(PubRec.class).reason()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        publisher.ping();
    }

    /// 5: [MQTT-3.3.2-5], [MQTT-3.3.2-6]
    @Test
    void timeThatAMessageWaitedIsTakenOffItsExpiry() {
        String id = name();
        String topic = name();
        RawClient watcher = watching(id);
        RawClient subscriber = connect(Packets.lasting(MQTT_5, id));
        subscriber.subscribe(topic, Qos.EXACTLY_ONCE);
        subscriber.disconnect();
        watcher.receive();
        RawClient publisher = connect(MQTT_5);
        publishExpiring(publisher, topic, "short", Qos.AT_LEAST_ONCE, 50);
        publishExpiring(publisher, topic, "long", Qos.AT_LEAST_ONCE, 500);
        publishExpiring(publisher, topic, "short too", Qos.EXACTLY_ONCE, 100);
        publisher.publish(topic, "for ever", Qos.AT_LEAST_ONCE);
        advance(Duration.ofSeconds(200));
        RawClient back = connect(Packets.lasting(MQTT_5, id), true);
        assertThat(back.receive("long").properties().messageExpirySeconds()).isBetween(290L, 300L);
        assertThat(back.receive("for ever").properties().messageExpirySeconds()).isNull();
        assertNothingFor(back, publisher);
    }

    /// 5: [MQTT-3.3.2-5]: of retained messages too.
    @Test
    void anExpiredRetainedMessageIsNotSent() {
        String topic = name();
        RawClient publisher = connect(MQTT_5);
        publisher.publish(
                Packets.publish(
                        topic, "old", Qos.AT_LEAST_ONCE, 1, false, true, Packets.expiring(60)));
        RawClient early = connect(MQTT_5).subscribe(topic, Qos.AT_LEAST_ONCE);
        assertThat(early.receive("old").properties().messageExpirySeconds()).isBetween(50L, 60L);
        advance(Duration.ofSeconds(61));
        RawClient late = connect(MQTT_5).subscribe(topic, Qos.AT_LEAST_ONCE);
        assertNothingFor(late, publisher);
    }

    /// 5: [MQTT-4.3.3-7]: once sent, a QoS 2 message doesn't expire.
    @Test
    void aQos2MessageThatWasSentDoesNotExpire() {
        String id = name();
        String topic = name();
        RawClient subscriber = connect(Packets.lasting(MQTT_5, id));
        subscriber.subscribe(topic, Qos.EXACTLY_ONCE);
        RawClient publisher = connect(MQTT_5);
        publishExpiring(publisher, topic, "sent", Qos.EXACTLY_ONCE, 60);
        int packetId = subscriber.read(Publish.class).packetId();
        subscriber.breakOff();
        advance(Duration.ofMinutes(2));
        RawClient back = connect(Packets.lasting(MQTT_5, id), true);
        assertThat(back.receive("sent").packetId()).isEqualTo(packetId);
    }

    /// 5: [MQTT-4.3.3-13]: the publisher's exchange goes on, whatever became of the message.
    @Test
    void aQos2ExchangeGoesOnAfterItsMessageHasExpired() {
        RawClient publisher = connect(MQTT_5);
        MessageProperties expiry = Packets.expiring(10);
        publisher.send(Packets.publish(name(), "brief", Qos.EXACTLY_ONCE, 5, false, false, expiry));
        assertThat(publisher.read(PubRec.class).packetId()).isEqualTo(5);
        advance(Duration.ofMinutes(1));
        publisher.send(Packets.pubRel(5));
        PubComp answer = publisher.read(PubComp.class);
        assertThat(answer.packetId()).isEqualTo(5);
        assertThat(answer.reason()).isEqualTo(ReasonCode.SUCCESS);
    }

    private static void publishExpiring(
            RawClient publisher, String topic, String payload, Qos qos, long seconds) {
        publisher.publish(
                Packets.publish(
                        topic,
                        payload,
                        qos,
                        publisher.nextPacketId(),
                        false,
                        false,
                        Packets.expiring(seconds)));
    }
}
