package io.homeport.compat.conformance;

import static io.homeport.mqtt.MqttVersion.MQTT_5;
import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.mqtt.MqttPacket;
import io.homeport.mqtt.MqttPacket.PubRel;
import io.homeport.mqtt.MqttPacket.Publish;
import io.homeport.mqtt.MqttPacket.RetainHandling;
import io.homeport.mqtt.MqttPacket.SubAck;
import io.homeport.mqtt.MqttPacket.UnsubAck;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import io.homeport.mqtt.ReasonCode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// SUBSCRIBE, SUBACK, UNSUBSCRIBE and UNSUBACK (3.8 to 3.11).
class SubscribeConformanceTest extends Conformance {
    /// 5: [MQTT-3.8.4-1], [MQTT-3.8.4-2], [MQTT-3.10.4-4], [MQTT-3.10.4-5], [MQTT-2.2.1-6]; 3:
    /// [MQTT-3.8.4-1], [MQTT-3.8.4-2], [MQTT-3.10.4-4], [MQTT-2.3.1-7]
    @ParameterizedTest
    @EnumSource
    void subscribeAndUnsubscribeAreAnsweredWithTheirPacketIds(MqttVersion version) {
        RawClient client = connect(version);
        String topic = name();
        for (int packetId : List.of(1, 256, 65_535)) {
            client.send(Packets.subscribe(packetId, Packets.to(topic, Qos.AT_MOST_ONCE)));
            assertThat(client.read(SubAck.class).packetId()).isEqualTo(packetId);
            client.send(Packets.unsubscribe(packetId, topic));
            assertThat(client.read(UnsubAck.class).packetId()).isEqualTo(packetId);
        }
    }

    /// 5: [MQTT-3.8.4-5] to [MQTT-3.8.4-7], [MQTT-3.9.3-1], [MQTT-3.9.3-2]; 3: [MQTT-3.8.4-4],
    /// [MQTT-3.8.4-5], [MQTT-3.9.3-1], [MQTT-3.9.3-2]
    @ParameterizedTest
    @EnumSource
    void eachFilterOfASubscribeHasItsAnswerInOrder(MqttVersion version) {
        String root = name();
        RawClient subscriber = connect(version);
        SubAck answer =
                subscriber.subscribe(
                        Packets.to(root + "/1", Qos.AT_LEAST_ONCE),
                        Packets.to("$aws/nothing", Qos.AT_LEAST_ONCE),
                        Packets.to(root + "/2", Qos.EXACTLY_ONCE),
                        Packets.to(root + "/0", Qos.AT_MOST_ONCE));
        assertThat(answer.reasons())
                .containsExactly(
                        ReasonCode.GRANTED_QOS_1,
                        version == MQTT_5
                                ? ReasonCode.TOPIC_FILTER_INVALID
                                : ReasonCode.UNSPECIFIED_ERROR,
                        ReasonCode.GRANTED_QOS_2,
                        ReasonCode.SUCCESS);
        RawClient publisher = connect(version);
        for (int i = 0; i <= 2; i++) {
            publisher.publish(root + "/" + i, "m" + i, Qos.AT_LEAST_ONCE);
            subscriber.receive("m" + i);
        }
    }

    /// 5: [MQTT-3.8.4-5]; 3: [MQTT-3.8.4-4]: of the same filter twice, the second counts.
    @ParameterizedTest
    @EnumSource
    void theFiltersOfASubscribeAreTakenOneAfterTheOther(MqttVersion version) {
        String topic = name();
        RawClient subscriber = connect(version);
        SubAck answer =
                subscriber.subscribe(
                        Packets.to(topic, Qos.EXACTLY_ONCE), Packets.to(topic, Qos.AT_MOST_ONCE));
        assertThat(answer.reasons()).containsExactly(ReasonCode.GRANTED_QOS_2, ReasonCode.SUCCESS);
        RawClient publisher = connect(version);
        publisher.publish(topic, "hi", Qos.EXACTLY_ONCE);
        assertThat(subscriber.receive("hi").qos()).isEqualTo(Qos.AT_MOST_ONCE);
        assertNothingFor(subscriber, publisher);
    }

    /// 5: [MQTT-3.8.4-5], [MQTT-3.8.4-6], [MQTT-3.10.4-6]; 3: [MQTT-3.8.4-4], [MQTT-3.8.4-5],
    /// [MQTT-3.10.4-6]: packets with a thousand filters, which aren't taken at once, and what comes
    /// behind them in the same bytes.
    @ParameterizedTest
    @EnumSource
    void packetsBehindOneWithManyFiltersAreTakenBehindIt(MqttVersion version) {
        String root = name();
        MqttPacket.Subscription[] all = new MqttPacket.Subscription[1_000];
        String[] filters = new String[all.length];
        for (int i = 0; i < all.length; i++) {
            filters[i] = root + "/" + i;
            all[i] = Packets.to(filters[i], Qos.AT_MOST_ONCE);
        }
        RawClient client = connect(version);
        String last = filters[filters.length - 1];
        client.send(
                Packets.subscribe(1, all),
                Packets.publish(last, "in", Qos.AT_MOST_ONCE, 0),
                Packets.unsubscribe(2, filters),
                Packets.publish(last, "out", Qos.AT_MOST_ONCE, 0),
                new MqttPacket.PingReq());
        assertThat(client.read(SubAck.class).reasons())
                .hasSize(all.length)
                .allMatch(ReasonCode.SUCCESS::equals);
        client.receive("in");
        assertThat(client.read(UnsubAck.class).packetId()).isEqualTo(2);
        client.read(MqttPacket.PingResp.class);
    }

    /// 5: [MQTT-3.8.4-8]; 3: [MQTT-3.8.4-6]
    @ParameterizedTest
    @EnumSource
    void theQosOfADeliveryIsTheLowerOfPublishedAndGranted(MqttVersion version) {
        for (Qos granted : Qos.values()) {
            String topic = name();
            RawClient subscriber = connect(version).subscribe(topic, granted);
            RawClient publisher = connect(version);
            for (Qos published : Qos.values()) {
                publisher.publish(topic, "m" + published, published);
                assertThat(subscriber.receive("m" + published).qos())
                        .isEqualTo(published.min(granted));
            }
        }
    }

    /// 5: [MQTT-3.8.4-3], [MQTT-3.8.4-4]; 3: [MQTT-3.8.4-3]
    @ParameterizedTest
    @EnumSource
    void subscribingAgainReplacesTheSubscriptionAndSendsRetainedMessagesAgain(MqttVersion version) {
        String topic = name();
        RawClient publisher = connect(version);
        publisher.publishRetained(topic, "kept", Qos.AT_LEAST_ONCE);
        RawClient subscriber = connect(version).subscribe(topic, Qos.AT_LEAST_ONCE);
        subscriber.receive("kept");
        subscriber.subscribe(topic, Qos.AT_MOST_ONCE);
        assertThat(subscriber.receive("kept").retain()).isTrue();
        publisher.publish(topic, "new", Qos.AT_LEAST_ONCE);
        assertThat(subscriber.receive("new").qos()).isEqualTo(Qos.AT_MOST_ONCE);
        assertNothingFor(subscriber, publisher);
    }

    /// 5: [MQTT-3.8.4-4]; 3: [MQTT-3.8.4-3]
    @ParameterizedTest
    @EnumSource
    void noMessageIsLostWhileASubscriptionIsReplaced(MqttVersion version) {
        String topic = name();
        RawClient subscriber = connect(version).subscribe(topic, Qos.AT_LEAST_ONCE);
        RawClient publisher = connect(version);
        int count = 300;
        for (int i = 1; i <= count; i++) {
            publisher.send(Packets.publish(topic, "m" + i, Qos.AT_LEAST_ONCE, i));
            if (i % 3 == 0) {
                subscriber.send(
                        Packets.subscribe(
                                subscriber.nextPacketId(), Packets.to(topic, Qos.AT_LEAST_ONCE)));
            }
        }
        int received = 0;
        while (received < count) {
            if (subscriber.read() instanceof Publish publish) {
                received++;
                assertThat(Packets.text(publish)).isEqualTo("m" + received);
                subscriber.acknowledge(publish);
            }
        }
    }

    /// 5: [MQTT-3.8.3-3]
    @Test
    void noLocalKeepsAClientsOwnMessagesFromIt() {
        String topic = name();
        RawClient client = connect(MQTT_5);
        client.subscribe(
                Packets.to(
                        topic, Qos.AT_LEAST_ONCE, true, false, RetainHandling.SEND_ON_SUBSCRIBE));
        RawClient other = connect(MQTT_5).subscribe(topic, Qos.AT_LEAST_ONCE);
        client.publish(topic, "mine", Qos.AT_LEAST_ONCE);
        other.receive("mine");
        other.send(Packets.publish(topic, "yours", Qos.AT_MOST_ONCE, 0));
        client.receive("yours");
    }

    /// 5: [MQTT-3.10.4-1], [MQTT-3.10.4-2], [MQTT-3.10.4-6], [MQTT-3.11.3-1], [MQTT-3.11.3-2]; 3:
    /// [MQTT-3.10.4-1], [MQTT-3.10.4-2], [MQTT-3.10.4-6]
    @ParameterizedTest
    @EnumSource
    void unsubscribeEndsExactlyTheNamedSubscriptions(MqttVersion version) {
        String root = name();
        RawClient subscriber = connect(version);
        subscriber.subscribe(
                Packets.to(root + "/+", Qos.AT_LEAST_ONCE),
                Packets.to(root + "/b/c", Qos.AT_LEAST_ONCE),
                Packets.to(root + "/B/C", Qos.AT_LEAST_ONCE));
        UnsubAck answer =
                subscriber.unsubscribe(root + "/a", root + "/b/c", root + "/#", root + "/b/+");
        if (version == MQTT_5) {
            assertThat(answer.reasons())
                    .containsExactly(
                            ReasonCode.NO_SUBSCRIPTION_EXISTED,
                            ReasonCode.SUCCESS,
                            ReasonCode.NO_SUBSCRIPTION_EXISTED,
                            ReasonCode.NO_SUBSCRIPTION_EXISTED);
        }
        RawClient publisher = connect(version);
        publisher.publish(root + "/b/c", "ended", Qos.AT_LEAST_ONCE);
        publisher.publish(root + "/a", "goes on", Qos.AT_LEAST_ONCE);
        publisher.publish(root + "/B/C", "goes on too", Qos.AT_LEAST_ONCE);
        subscriber.receive("goes on");
        subscriber.receive("goes on too");
    }

    /// 5: [MQTT-3.10.4-5]; 3: [MQTT-3.10.4-5]
    @ParameterizedTest
    @EnumSource
    void unsubscribeOfNothingIsAnswered(MqttVersion version) {
        UnsubAck answer = connect(version).unsubscribe(name());
        if (version == MQTT_5) {
            assertThat(answer.reasons()).containsExactly(ReasonCode.NO_SUBSCRIPTION_EXISTED);
        }
    }

    /// 5: [MQTT-3.10.4-3]; 3: [MQTT-3.10.4-3]
    @ParameterizedTest
    @EnumSource
    void whatWasSentBeforeUnsubscribeIsCompleted(MqttVersion version) {
        String id = name();
        String topic = name();
        RawClient subscriber = connect(Packets.lasting(version, id));
        subscriber.subscribe(topic, Qos.EXACTLY_ONCE);
        RawClient publisher = connect(version);
        publisher.publish(topic, "one", Qos.AT_LEAST_ONCE);
        publisher.publish(topic, "two", Qos.EXACTLY_ONCE);
        int one = subscriber.read(Publish.class).packetId();
        int two = subscriber.read(Publish.class).packetId();
        subscriber.unsubscribe(topic);
        subscriber.breakOff();
        RawClient back = connect(Packets.lasting(version, id), true);
        assertThat(back.receive("one").packetId()).isEqualTo(one);
        assertThat(back.read(Publish.class).packetId()).isEqualTo(two);
        back.send(Packets.pubRec(two, ReasonCode.SUCCESS));
        assertThat(back.read(PubRel.class).packetId()).isEqualTo(two);
        back.send(Packets.pubComp(two));
        publisher.publish(topic, "three", Qos.AT_LEAST_ONCE);
        assertNothingFor(back, publisher);
    }

    /// 5: [MQTT-3.10.4-1], [MQTT-3.10.4-2], of a shared subscription, which isn't the plain one.
    @ParameterizedTest
    @EnumSource
    void aSharedSubscriptionIsEndedByItsWholeFilter(MqttVersion version) {
        String topic = name();
        RawClient subscriber = connect(version);
        subscriber.subscribe("$share/g/" + topic, Qos.AT_LEAST_ONCE);
        RawClient publisher = connect(version);
        subscriber.unsubscribe(topic, "$share/h/" + topic);
        publisher.publish(topic, "shared", Qos.AT_LEAST_ONCE);
        subscriber.receive("shared");
        subscriber.unsubscribe("$share/g/" + topic);
        publisher.publish(topic, "ended", Qos.AT_LEAST_ONCE);
        assertNothingFor(subscriber, publisher);
    }
}
