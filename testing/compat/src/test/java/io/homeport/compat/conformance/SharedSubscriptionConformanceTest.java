package io.homeport.compat.conformance;

import static io.homeport.mqtt.MqttVersion.MQTT_5;
import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.mqtt.MqttPacket.PubRel;
import io.homeport.mqtt.MqttPacket.Publish;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import io.homeport.mqtt.ReasonCode;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Shared subscriptions (4.8.2), which clients of 3.1.1 get too.
class SharedSubscriptionConformanceTest extends Conformance {
    /// 5: [MQTT-4.8.2-1], [MQTT-4.8.2-2]
    @ParameterizedTest
    @EnumSource
    void eachMessageGoesToOneMemberOfTheShare(MqttVersion version) {
        String topic = name();
        RawClient first = connect(version).subscribe("$share/group/" + topic, Qos.AT_LEAST_ONCE);
        RawClient second = connect(version).subscribe("$share/group/" + topic, Qos.AT_LEAST_ONCE);
        RawClient other = connect(version).subscribe("$share/other/" + topic, Qos.AT_LEAST_ONCE);
        RawClient plain = connect(version).subscribe(topic, Qos.AT_LEAST_ONCE);
        RawClient publisher = connect(version);
        Set<String> published = new TreeSet<>();
        for (int i = 0; i < 20; i++) {
            publisher.publish(topic, "m" + i, Qos.AT_LEAST_ONCE);
            published.add("m" + i);
        }
        Set<String> ofFirst = all(first, publisher);
        Set<String> ofSecond = all(second, publisher);
        assertThat(ofFirst).isNotEmpty().doesNotContainAnyElementsOf(ofSecond);
        assertThat(ofSecond).isNotEmpty();
        ofFirst.addAll(ofSecond);
        assertThat(ofFirst).isEqualTo(published);
        assertThat(all(other, publisher)).isEqualTo(published);
        assertThat(all(plain, publisher)).isEqualTo(published);
    }

    /// What has come for a subscriber up to now.
    private static Set<String> all(RawClient subscriber, RawClient publisher) {
        String marker = "marker/" + System.nanoTime();
        subscriber.send(Packets.subscribe(9999, Packets.to(marker, Qos.AT_LEAST_ONCE)));
        Set<String> payloads = new TreeSet<>();
        boolean subscribed = false;
        while (true) {
            if (subscriber.read() instanceof Publish publish) {
                subscriber.acknowledge(publish);
                if (publish.topic().equals(marker)) {
                    return payloads;
                }
                payloads.add(Packets.text(publish));
            } else if (!subscribed) {
                subscribed = true;
                publisher.publish(marker, "end", Qos.AT_LEAST_ONCE);
            }
        }
    }

    /// 5: [MQTT-4.8.2-3]
    @Test
    void theGrantedQosOfTheMemberIsKept() {
        String topic = name();
        RawClient zero = connect(MQTT_5).subscribe("$share/g/" + topic, Qos.AT_MOST_ONCE);
        RawClient one = connect(MQTT_5).subscribe("$share/g/" + topic, Qos.AT_LEAST_ONCE);
        RawClient publisher = connect(MQTT_5);
        for (int i = 0; i < 10; i++) {
            publisher.publish(topic, "m" + i, Qos.EXACTLY_ONCE);
        }
        assertThat(qosOfNext(zero)).isEqualTo(Qos.AT_MOST_ONCE);
        assertThat(qosOfNext(one)).isEqualTo(Qos.AT_LEAST_ONCE);
    }

    private static Qos qosOfNext(RawClient client) {
        return client.receive().qos();
    }

    /// 5: [MQTT-4.8.2-4]
    @Test
    void aQos2MessageThatWasSentIsCompletedWithItsMember() {
        String id = name();
        String topic = name();
        RawClient member = connect(Packets.lasting(MQTT_5, id));
        member.subscribe("$share/g/" + topic, Qos.EXACTLY_ONCE);
        RawClient publisher = connect(MQTT_5);
        publisher.publish(topic, "one", Qos.EXACTLY_ONCE);
        publisher.publish(topic, "two", Qos.EXACTLY_ONCE);
        int one = member.read(Publish.class).packetId();
        int two = member.read(Publish.class).packetId();
        member.send(Packets.pubRec(one, ReasonCode.SUCCESS));
        assertThat(member.read(PubRel.class).packetId()).isEqualTo(one);
        RawClient other = connect(MQTT_5).subscribe("$share/g/" + topic, Qos.EXACTLY_ONCE);
        member.breakOff();
        assertNothingFor(other, publisher);
        RawClient back = connect(Packets.lasting(MQTT_5, id), true);
        assertThat(back.read(PubRel.class).packetId()).isEqualTo(one);
        back.send(Packets.pubComp(one));
        Publish again = back.receive("two");
        assertThat(again.packetId()).isEqualTo(two);
        assertThat(again.dup()).isTrue();
        assertNothingFor(other, publisher);
    }

    /// 5: [MQTT-4.8.2-5]
    @Test
    void aQos2MessageThatWasSentEndsWithTheSessionOfItsMember() {
        String id = name();
        String topic = name();
        RawClient watcher = watching(id);
        RawClient member = connect(Packets.clean(MQTT_5, id));
        member.subscribe("$share/g/" + topic, Qos.EXACTLY_ONCE);
        RawClient publisher = connect(MQTT_5);
        publisher.publish(topic, "one", Qos.EXACTLY_ONCE);
        member.read(Publish.class);
        RawClient other = connect(MQTT_5).subscribe("$share/g/" + topic, Qos.EXACTLY_ONCE);
        member.breakOff();
        watcher.receive();
        assertNothingFor(other, publisher);
        publisher.publish(topic, "two", Qos.EXACTLY_ONCE);
        other.receive("two");
    }

    /// 5: [MQTT-4.8.2-6]
    @Test
    void aRefusedMessageGoesToNobodyElse() {
        String topic = name();
        RawClient member = connect(MQTT_5).subscribe("$share/g/" + topic, Qos.EXACTLY_ONCE);
        RawClient publisher = connect(MQTT_5);
        publisher.publish(topic, "one", Qos.AT_LEAST_ONCE);
        publisher.publish(topic, "two", Qos.EXACTLY_ONCE);
        int one = member.read(Publish.class).packetId();
        int two = member.read(Publish.class).packetId();
        RawClient other = connect(MQTT_5).subscribe("$share/g/" + topic, Qos.EXACTLY_ONCE);
        member.send(
                Packets.pubAck(one, ReasonCode.UNSPECIFIED_ERROR),
                Packets.pubRec(two, ReasonCode.UNSPECIFIED_ERROR));
        member.ping();
        member.breakOff();
        assertNothingFor(other, publisher);
    }

    /// 4.8.2 of MQTT 5: retained messages are not sent for a shared subscription.
    @ParameterizedTest
    @EnumSource
    void aShareGetsNoRetainedMessages(MqttVersion version) {
        String topic = name();
        RawClient publisher = connect(version);
        publisher.publishRetained(topic, "kept", Qos.AT_LEAST_ONCE);
        RawClient member = connect(version).subscribe("$share/g/" + topic, Qos.AT_LEAST_ONCE);
        assertNothingFor(member, publisher);
    }
}
