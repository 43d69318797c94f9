package io.homeport.compat.conformance;

import static io.homeport.mqtt.MqttVersion.MQTT_5;
import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.mqtt.MqttPacket.Publish;
import io.homeport.mqtt.MqttPacket.RetainHandling;
import io.homeport.mqtt.MqttPacket.Subscription;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Retained messages (3.3.1.3) and the subscription options about them (3.8.3.1).
class RetainConformanceTest extends Conformance {
    /// 5: [MQTT-3.3.1-5], [MQTT-3.3.1-9]; 3: [MQTT-3.3.1-5], [MQTT-3.3.1-6], [MQTT-3.3.1-8]
    @ParameterizedTest
    @EnumSource
    void aRetainedMessageIsSentToLaterSubscribersWithItsQos(MqttVersion version) {
        for (Qos qos : Qos.values()) {
            String topic = name();
            RawClient publisher = connect(version);
            publisher.publishRetained(topic, "old", qos);
            publisher.publishRetained(topic, "kept", qos);
            publisher.ping();
            for (Qos granted : Qos.values()) {
                RawClient subscriber = connect(version).subscribe(topic, granted);
                Publish kept = subscriber.receive("kept");
                assertThat(kept.retain()).isTrue();
                assertThat(kept.dup()).isFalse();
                assertThat(kept.qos()).isEqualTo(qos.min(granted));
                assertNothingFor(subscriber, publisher);
            }
        }
    }

    /// 5: [MQTT-3.3.1-9]; 3: [MQTT-3.3.1-6]
    @ParameterizedTest
    @EnumSource
    void aWildcardGetsTheRetainedMessageOfEachMatchingTopic(MqttVersion version) {
        String root = name();
        RawClient publisher = connect(version);
        for (String level : List.of("a", "b", "b/c", "d/e/f")) {
            publisher.publishRetained(root + "/" + level, level, Qos.AT_LEAST_ONCE);
        }
        assertThat(retainedFor(version, root + "/#", 4)).containsExactly("a", "b", "b/c", "d/e/f");
        assertThat(retainedFor(version, root + "/+", 2)).containsExactly("a", "b");
        assertThat(retainedFor(version, root + "/+/c", 1)).containsExactly("b/c");
    }

    private Set<String> retainedFor(MqttVersion version, String filter, int count) {
        RawClient subscriber = connect(version).subscribe(filter, Qos.AT_LEAST_ONCE);
        Set<String> payloads = new TreeSet<>();
        for (int i = 0; i < count; i++) {
            Publish publish = subscriber.receive();
            assertThat(publish.retain()).isTrue();
            payloads.add(Packets.text(publish));
        }
        assertNothingFor(subscriber, connect(version));
        return payloads;
    }

    /// 3: [MQTT-3.3.1-7]; 5: [MQTT-3.3.1-5]
    @ParameterizedTest
    @EnumSource
    void aQos0MessageReplacesTheRetainedOneToo(MqttVersion version) {
        String topic = name();
        RawClient publisher = connect(version);
        publisher.publishRetained(topic, "old", Qos.EXACTLY_ONCE);
        publisher.publishRetained(topic, "new", Qos.AT_MOST_ONCE);
        publisher.ping();
        connect(version).subscribe(topic, Qos.AT_LEAST_ONCE).receive("new");
    }

    /// 5: [MQTT-3.3.1-6], [MQTT-3.3.1-7]; 3: [MQTT-3.3.1-10], [MQTT-3.3.1-11]
    @ParameterizedTest
    @EnumSource
    void anEmptyRetainedMessageIsPassedOnAndRemovesTheRetainedOne(MqttVersion version) {
        String topic = name();
        RawClient publisher = connect(version);
        publisher.publishRetained(topic, "kept", Qos.AT_LEAST_ONCE);
        RawClient subscriber = connect(version).subscribe(topic, Qos.AT_LEAST_ONCE);
        subscriber.receive("kept");
        publisher.publishRetained(topic, "", Qos.AT_LEAST_ONCE);
        assertThat(subscriber.receive("").retain()).isFalse();
        assertNothingFor(connect(version).subscribe(topic, Qos.AT_LEAST_ONCE), publisher);
    }

    /// 5: [MQTT-3.3.1-8], [MQTT-3.3.1-12]; 3: [MQTT-3.3.1-9], [MQTT-3.3.1-12]
    @ParameterizedTest
    @EnumSource
    void onlyMessagesWithRetainTouchTheRetainedOne(MqttVersion version) {
        String topic = name();
        RawClient publisher = connect(version);
        publisher.publish(topic, "not kept", Qos.AT_LEAST_ONCE);
        RawClient early = connect(version).subscribe(topic, Qos.AT_LEAST_ONCE);
        assertNothingFor(early, publisher);
        publisher.publishRetained(topic, "kept", Qos.AT_LEAST_ONCE);
        publisher.publish(topic, "passing", Qos.AT_LEAST_ONCE);
        publisher.publish(topic, "", Qos.AT_LEAST_ONCE);
        for (String payload : List.of("kept", "passing", "")) {
            assertThat(early.receive(payload).retain()).as("an established subscription").isFalse();
        }
        connect(version).subscribe(topic, Qos.AT_LEAST_ONCE).receive("kept");
    }

    /// 3: [MQTT-3.1.2-7]
    @ParameterizedTest
    @EnumSource
    void aRetainedMessageOutlivesTheSessionOfItsPublisher(MqttVersion version) {
        String id = name();
        String topic = name();
        RawClient publisher = connect(Packets.clean(version, id));
        publisher.publishRetained(topic, "kept", Qos.AT_LEAST_ONCE);
        publisher.disconnect();
        connect(Packets.clean(version, id), false).disconnect();
        connect(version).subscribe(topic, Qos.AT_LEAST_ONCE).receive("kept");
    }

    /// 5: [MQTT-3.3.1-12], [MQTT-3.3.1-13]
    @Test
    void retainAsPublishedKeepsTheFlag() {
        String topic = name();
        RawClient asPublished = connect(MQTT_5);
        asPublished.subscribe(option(topic, true, RetainHandling.DO_NOT_SEND));
        RawClient cleared = connect(MQTT_5);
        cleared.subscribe(option(topic, false, RetainHandling.DO_NOT_SEND));
        RawClient publisher = connect(MQTT_5);
        publisher.publishRetained(topic, "retained", Qos.AT_LEAST_ONCE);
        publisher.publish(topic, "plain", Qos.AT_LEAST_ONCE);
        assertThat(asPublished.receive("retained").retain()).isTrue();
        assertThat(asPublished.receive("plain").retain()).isFalse();
        assertThat(cleared.receive("retained").retain()).isFalse();
        assertThat(cleared.receive("plain").retain()).isFalse();
    }

    /// 5: [MQTT-3.3.1-9], [MQTT-3.8.4-4]
    @Test
    void retainHandling0SendsAtEverySubscribe() {
        String topic = retained();
        RawClient subscriber = connect(MQTT_5);
        for (int i = 0; i < 3; i++) {
            subscriber.subscribe(option(topic, false, RetainHandling.SEND_ON_SUBSCRIBE));
            subscriber.receive("kept");
        }
    }

    /// 5: [MQTT-3.3.1-10]
    @Test
    void retainHandling1SendsWhereTheSubscriptionIsNew() {
        String topic = retained();
        RawClient subscriber = connect(MQTT_5);
        subscriber.subscribe(option(topic, false, RetainHandling.SEND_IF_NEW));
        subscriber.receive("kept");
        subscriber.subscribe(option(topic, false, RetainHandling.SEND_IF_NEW));
        assertNothingFor(subscriber, connect(MQTT_5));
        subscriber.unsubscribe(topic);
        subscriber.subscribe(option(topic, false, RetainHandling.SEND_IF_NEW));
        subscriber.receive("kept");
    }

    /// 5: [MQTT-3.3.1-11]
    @Test
    void retainHandling2SendsNothing() {
        String topic = retained();
        RawClient subscriber = connect(MQTT_5);
        subscriber.subscribe(option(topic, false, RetainHandling.DO_NOT_SEND));
        assertNothingFor(subscriber, connect(MQTT_5));
    }

    private String retained() {
        String topic = name();
        connect(MQTT_5).publishRetained(topic, "kept", Qos.AT_LEAST_ONCE);
        return topic;
    }

    private static Subscription option(
            String topic, boolean retainAsPublished, RetainHandling retainHandling) {
        return Packets.to(topic, Qos.AT_LEAST_ONCE, false, retainAsPublished, retainHandling);
    }
}
