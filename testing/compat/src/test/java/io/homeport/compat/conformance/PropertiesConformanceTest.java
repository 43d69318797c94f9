package io.homeport.compat.conformance;

import static io.homeport.mqtt.MqttVersion.MQTT_3_1_1;
import static io.homeport.mqtt.MqttVersion.MQTT_5;
import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.core.MessageProperties;
import io.homeport.core.UserProperty;
import io.homeport.mqtt.MqttPacket.ConnAck;
import io.homeport.mqtt.MqttPacket.PubAck;
import io.homeport.mqtt.MqttPacket.Publish;
import io.homeport.mqtt.MqttPacket.SubAck;
import io.homeport.mqtt.MqttPacket.Subscribe;
import io.homeport.mqtt.Qos;
import io.homeport.mqtt.ReasonCode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The properties of MQTT 5 (2.2.2) that are passed on, and those that bound what is sent.
class PropertiesConformanceTest extends Conformance {
    private static final List<UserProperty> USER =
            List.of(
                    Packets.property("z", "1"),
                    Packets.property("a", "\ufeff"),
                    Packets.property("z", "1"),
                    Packets.property("", ""),
                    Packets.property("a", "\u00fc"));

    /// 5: [MQTT-3.3.2-4], [MQTT-3.3.2-13], [MQTT-3.3.2-15] to [MQTT-3.3.2-20], [MQTT-1.5.7-1]
    @Test
    void thePropertiesOfAMessageReachEverySubscriberUnaltered() {
        String topic = name();
        MessageProperties properties =
                new MessageProperties(
                        1,
                        null,
                        "text/\u00e4; charset=utf-8",
                        "answers/\u00e4",
                        new byte[] {0, -1, 5},
                        USER);
        List<RawClient> subscribers =
                List.of(
                        connect(MQTT_5).subscribe(topic, Qos.AT_MOST_ONCE),
                        connect(MQTT_5).subscribe("+", Qos.EXACTLY_ONCE),
                        connect(MQTT_5).subscribe("$share/g/" + topic, Qos.AT_LEAST_ONCE));
        connect(MQTT_5)
                .publish(
                        Packets.publish(
                                topic, "hi", Qos.AT_LEAST_ONCE, 1, false, true, properties));
        for (RawClient subscriber : subscribers) {
            assertSame(subscriber.receive("hi").properties(), properties);
        }
        RawClient late = connect(MQTT_5).subscribe(topic, Qos.AT_LEAST_ONCE);
        assertSame(late.receive("hi").properties(), properties);
    }

    /// 5: [MQTT-3.3.2-4]: 0 and absence are passed on as they are, too.
    @Test
    void absentPropertiesStayAbsent() {
        String topic = name();
        RawClient subscriber = connect(MQTT_5).subscribe(topic, Qos.AT_LEAST_ONCE);
        RawClient publisher = connect(MQTT_5);
        publisher.publish(topic, "none", Qos.AT_LEAST_ONCE);
        assertSame(subscriber.receive("none").properties(), MessageProperties.NONE);
        MessageProperties zero = new MessageProperties(0, null, "", null, new byte[0], List.of());
        publisher.publish(Packets.publish(topic, "zero", Qos.AT_LEAST_ONCE, 9, false, false, zero));
        assertSame(subscriber.receive("zero").properties(), zero);
        connect(MQTT_3_1_1).publish(topic, "of 3.1.1", Qos.AT_LEAST_ONCE);
        assertSame(subscriber.receive("of 3.1.1").properties(), MessageProperties.NONE);
    }

    private static void assertSame(MessageProperties received, MessageProperties sent) {
        assertThat(received).usingRecursiveComparison().isEqualTo(sent);
    }

    /// 5: [MQTT-3.3.4-3] to [MQTT-3.3.4-5]
    @Test
    void aMessageNamesAllMatchingSubscriptionsThatHaveAnIdentifier() {
        String root = name();
        RawClient subscriber = connect(MQTT_5);
        subscribe(subscriber, root + "/a", 1);
        subscribe(subscriber, root + "/+", 268_435_455);
        subscribe(subscriber, root + "/#", 0);
        subscribe(subscriber, root + "/b", 200);
        RawClient publisher = connect(MQTT_5);
        publisher.publish(root + "/a", "one", Qos.AT_LEAST_ONCE);
        assertThat(subscriber.receive("one").subscriptionIdentifiers())
                .containsExactlyInAnyOrder(1, 268_435_455);
        publisher.publish(root + "/b", "two", Qos.AT_LEAST_ONCE);
        assertThat(subscriber.receive("two").subscriptionIdentifiers())
                .containsExactlyInAnyOrder(200, 268_435_455);
        publisher.publish(root + "/c/d", "three", Qos.AT_LEAST_ONCE);
        assertThat(subscriber.receive("three").subscriptionIdentifiers()).isEmpty();
        // Subscribing again without one takes it away (3.8.4).
        subscribe(subscriber, root + "/a", 0);
        publisher.publish(root + "/a", "four", Qos.AT_LEAST_ONCE);
        assertThat(subscriber.receive("four").subscriptionIdentifiers())
                .containsExactly(268_435_455);
    }

    /// 5: [MQTT-3.3.4-3], of a retained message and of one that waited for its session.
    @Test
    void retainedAndQueuedMessagesNameTheirSubscriptionsToo() {
        String id = name();
        String topic = name();
        RawClient publisher = connect(MQTT_5);
        publisher.publishRetained(topic, "kept", Qos.AT_LEAST_ONCE);
        RawClient subscriber = connect(Packets.lasting(MQTT_5, id));
        subscribe(subscriber, topic, 7);
        assertThat(subscriber.receive("kept").subscriptionIdentifiers()).containsExactly(7);
        subscriber.disconnect();
        publisher.publish(topic, "queued", Qos.AT_LEAST_ONCE);
        RawClient back = connect(Packets.lasting(MQTT_5, id), true);
        assertThat(back.receive("queued").subscriptionIdentifiers()).containsExactly(7);
    }

    private static void subscribe(RawClient subscriber, String filter, int identifier) {
        int packetId = subscriber.nextPacketId();
        subscriber.send(
                new Subscribe(
                        packetId,
                        List.of(Packets.to(filter, Qos.AT_LEAST_ONCE)),
                        identifier,
                        List.of()));
        assertThat(subscriber.awaitSubAck(packetId).reasons())
                .containsExactly(ReasonCode.GRANTED_QOS_1);
    }

    /// 5: [MQTT-3.1.2-24], [MQTT-3.1.2-25]
    @Test
    void aMessageTooLargeForItsReceiverCountsAsSent() {
        String topic = name();
        RawClient subscriber =
                connect(
                        Packets.with(
                                Packets.clean(MQTT_5, name()),
                                Packets.properties(null, 1, 200L, null)));
        subscriber.subscribe(topic, Qos.EXACTLY_ONCE);
        RawClient publisher = connect(MQTT_5);
        for (Qos qos : Qos.values()) {
            publisher.publish(topic, "x".repeat(200), qos);
        }
        // 200 bytes: header 3, topic 2 + n, packet id 2, property length 1, payload.
        String largest = "y".repeat(200 - 8 - topic.length());
        publisher.publish(topic, largest + "y", Qos.AT_LEAST_ONCE);
        publisher.publish(topic, largest, Qos.AT_LEAST_ONCE);
        publisher.publish(topic, "small", Qos.AT_LEAST_ONCE);
        // With a Receive Maximum of 1, a message that were still under way would block these.
        subscriber.receive(largest);
        subscriber.receive("small");
    }

    /// 5: [MQTT-3.2.2-15]: what is larger than the server said ends the connection (3.2.2.3.6).
    @Test
    void aPacketLargerThanTheServerTakesEndsTheConnection() {
        RawClient client = open(MQTT_5);
        Long maximum =
                connected(client, Packets.clean(MQTT_5, name())).properties().maximumPacketSize();
        assertThat(maximum).isNotNull().isLessThan(256L * 1024 * 1024);
        // Only the header: it says 256 MiB.
        client.sendRaw("30 ffffff7f");
        client.assertCut(ReasonCode.PACKET_TOO_LARGE);
    }

    /// A packet of exactly the size that the server said is taken and passed on (3.2.2.3.6).
    @Test
    void aPacketAsLargeAsTheServerTakesIsDelivered() {
        String topic = name();
        RawClient publisher = open(MQTT_5);
        Long told =
                connected(publisher, Packets.clean(MQTT_5, name()))
                        .properties()
                        .maximumPacketSize();
        long maximum = told == null ? 0 : told;
        assertThat(maximum).isBetween(2L << 20, 64L << 20);
        RawClient subscriber = connect(MQTT_5).subscribe(topic, Qos.AT_LEAST_ONCE);
        // Header 5, topic 2 + n, packet id 2, property length 1, payload.
        int payload = Math.toIntExact(maximum) - 10 - topic.length();
        publisher.publish(topic, "x".repeat(payload), Qos.AT_LEAST_ONCE);
        assertThat(subscriber.receive().payload()).hasSize(payload);
        publisher.send(Packets.publish(topic, "x".repeat(payload + 1), Qos.AT_LEAST_ONCE, 9));
        publisher.assertCut(ReasonCode.PACKET_TOO_LARGE);
    }

    /// 5: [MQTT-3.1.2-29]
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void acknowledgementsExplainWhereProblemInformationIsWanted(boolean wanted) {
        RawClient client =
                connect(
                        Packets.with(
                                Packets.clean(MQTT_5, name()), Packets.requesting(false, wanted)));
        client.send(Packets.publish("$aws/nothing", "no", Qos.AT_LEAST_ONCE, 1));
        PubAck publishing = client.read(PubAck.class);
        assertThat(publishing.reason().isError()).isTrue();
        client.send(Packets.subscribe(2, Packets.to("$aws/nothing", Qos.AT_LEAST_ONCE)));
        SubAck subscribing = client.read(SubAck.class);
        assertThat(subscribing.reasons().getFirst().isError()).isTrue();
        if (wanted) {
            assertThat(publishing.reasonString()).contains("$aws/nothing");
            assertThat(subscribing.reasonString()).contains("$aws/nothing");
        } else {
            assertThat(publishing.reasonString()).isNull();
            assertThat(publishing.userProperties()).isEmpty();
            assertThat(subscribing.reasonString()).isNull();
            assertThat(subscribing.userProperties()).isEmpty();
        }
    }

    /// 5: [MQTT-3.4.2-2], [MQTT-3.9.2-1], [MQTT-3.14.2-3]: no explanation that doesn't fit.
    @Test
    void explanationsThatDontFitAreLeftOut() {
        RawClient client =
                connect(
                        Packets.with(
                                Packets.clean(MQTT_5, name()),
                                Packets.properties(null, null, 30L, null)));
        client.send(Packets.publish("$aws/nothing", "no", Qos.AT_LEAST_ONCE, 1));
        PubAck publishing = client.read(PubAck.class);
        assertThat(publishing.reason().isError()).isTrue();
        assertThat(publishing.reasonString()).isNull();
        client.send(Packets.subscribe(2, Packets.to("$aws/nothing", Qos.AT_LEAST_ONCE)));
        SubAck subscribing = client.read(SubAck.class);
        assertThat(subscribing.reasons().getFirst().isError()).isTrue();
        assertThat(subscribing.reasonString()).isNull();
        client.sendRaw("c1 00");
        client.assertCut(ReasonCode.MALFORMED_PACKET);
    }

    /// 5: [MQTT-3.2.2-9], [MQTT-3.2.2-14]: what CONNACK doesn't deny is there (3.2.2.3).
    @Test
    void connackDeniesNoFeature() {
        ConnAck answer = connected(open(MQTT_5), Packets.clean(MQTT_5, name()));
        assertThat(answer.properties().maximumQos()).isIn(null, Qos.EXACTLY_ONCE);
        assertThat(answer.properties().retainAvailable()).isIn(null, true);
        assertThat(answer.properties().wildcardSubscriptionAvailable()).isIn(null, true);
        assertThat(answer.properties().subscriptionIdentifiersAvailable()).isIn(null, true);
        assertThat(answer.properties().sharedSubscriptionAvailable()).isIn(null, true);
    }

    /// 5: [MQTT-2.2.2-1], [MQTT-3.4.2-1]: byte by byte.
    @Test
    void packetsWithoutPropertiesSaySo() {
        String topic = name();
        RawClient client = connect(MQTT_5);
        client.sendRaw("82 [ 0001 [ ] \"" + topic + "\" 01 ]");
        assertThat(client.readBytes(6)).containsExactly(0x90, 4, 0, 1, 0, 1);
        client.sendRaw("a2 [ 0002 [ ] \"" + topic + "\" ]");
        assertThat(client.readBytes(6)).containsExactly(0xb0, 4, 0, 2, 0, 0);
        client.ping();
    }

    /// Messages of MQTT 5 reach clients of 3.1.1 without their properties, and back.
    @Test
    void theVersionsUnderstandEachOther() {
        String topic = name();
        RawClient old = connect(MQTT_3_1_1).subscribe(topic, Qos.EXACTLY_ONCE);
        RawClient current = connect(MQTT_5).subscribe(topic, Qos.EXACTLY_ONCE);
        MessageProperties properties =
                new MessageProperties(1, null, "text", "r", new byte[] {1}, USER);
        connect(MQTT_5)
                .publish(
                        Packets.publish(
                                topic, "of 5", Qos.EXACTLY_ONCE, 1, false, false, properties));
        Publish received = old.receive("of 5");
        assertThat(received.qos()).isEqualTo(Qos.EXACTLY_ONCE);
        current.receive("of 5");
        connect(MQTT_3_1_1).publish(topic, "of 3.1.1", Qos.EXACTLY_ONCE);
        old.receive("of 3.1.1");
        current.receive("of 3.1.1");
    }
}
