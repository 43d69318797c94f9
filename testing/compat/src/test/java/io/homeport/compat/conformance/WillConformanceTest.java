package io.homeport.compat.conformance;

import static io.homeport.mqtt.MqttVersion.MQTT_5;
import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.core.MessageProperties;
import io.homeport.core.UserProperty;
import io.homeport.mqtt.MqttPacket.Connect;
import io.homeport.mqtt.MqttPacket.Disconnect;
import io.homeport.mqtt.MqttPacket.PingReq;
import io.homeport.mqtt.MqttPacket.Publish;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import io.homeport.mqtt.ReasonCode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The Will Message (3.1.2.5, 3.1.3.2, 3.14.4).
class WillConformanceTest extends Conformance {
    /// 5: [MQTT-3.1.2-7] to [MQTT-3.1.2-9], [MQTT-3.1.2-14]; 3: [MQTT-3.1.2-8], [MQTT-3.1.2-9],
    /// [MQTT-3.1.2-16]
    @ParameterizedTest
    @EnumSource
    void theWillIsPublishedWhenTheConnectionBreaks(MqttVersion version) {
        for (Qos qos : Qos.values()) {
            String topic = name();
            RawClient subscriber = connect(version).subscribe(topic, Qos.EXACTLY_ONCE);
            connect(withWill(version, topic, qos, false)).breakOff();
            Publish will = subscriber.receive("gone");
            assertThat(will.qos()).isEqualTo(qos);
            assertThat(will.retain()).isFalse();
            RawClient late = connect(version).subscribe(topic, Qos.AT_LEAST_ONCE);
            assertNothingFor(late, connect(version));
        }
    }

    /// 5: [MQTT-3.1.2-15]; 3: [MQTT-3.1.2-17]
    @ParameterizedTest
    @EnumSource
    void aWillWithRetainIsRetained(MqttVersion version) {
        String topic = name();
        RawClient subscriber = connect(version).subscribe(topic, Qos.AT_LEAST_ONCE);
        connect(withWill(version, topic, Qos.AT_LEAST_ONCE, true)).breakOff();
        assertThat(subscriber.receive("gone").retain()).isFalse();
        RawClient late = connect(version).subscribe(topic, Qos.AT_LEAST_ONCE);
        assertThat(late.receive("gone").retain()).isTrue();
    }

    /// 5: [MQTT-3.1.2-8]; 3: [MQTT-3.1.2-8]: whatever the reason, here a breach of the protocol.
    @ParameterizedTest
    @EnumSource
    void theWillIsPublishedWhenTheServerCutsTheConnection(MqttVersion version) {
        String topic = name();
        RawClient subscriber = connect(version).subscribe(topic, Qos.AT_LEAST_ONCE);
        RawClient client = connect(withWill(version, topic, Qos.AT_LEAST_ONCE, false));
        client.sendRaw("c1 00");
        client.assertCut(ReasonCode.MALFORMED_PACKET);
        subscriber.receive("gone");
    }

    /// 5: [MQTT-3.1.2-8]; 3: [MQTT-3.1.2-8], with the keep alive.
    @ParameterizedTest
    @EnumSource
    void theWillIsPublishedWhenTheClientFallsSilent(MqttVersion version) {
        String topic = name();
        RawClient subscriber = connect(version).subscribe(topic, Qos.AT_LEAST_ONCE);
        connect(Packets.withKeepAlive(withWill(version, topic, Qos.AT_LEAST_ONCE, false), 1));
        subscriber.receive("gone");
    }

    /// 5: [MQTT-3.1.2-8], [MQTT-3.1.4-3]; 3: [MQTT-3.1.2-8], [MQTT-3.1.4-2]: without a delay the
    /// will of the connection that is taken over is due at once.
    @ParameterizedTest
    @EnumSource
    void theWillIsPublishedWhenAnotherConnectionTakesOver(MqttVersion version) {
        String id = name();
        String topic = name();
        RawClient subscriber = connect(version).subscribe(topic, Qos.AT_LEAST_ONCE);
        RawClient old =
                connect(
                        Packets.with(
                                Packets.lasting(version, id),
                                Packets.will(topic, Qos.AT_LEAST_ONCE, false)));
        connect(Packets.lasting(version, id), true);
        old.assertCut(ReasonCode.SESSION_TAKEN_OVER);
        subscriber.receive("gone");
        assertNothingFor(subscriber, connect(version));
    }

    /// 5: [MQTT-3.1.2-10], [MQTT-3.14.4-3]; 3: [MQTT-3.1.2-10], [MQTT-3.14.4-3]
    @ParameterizedTest
    @EnumSource
    void disconnectDiscardsTheWill(MqttVersion version) {
        String topic = name();
        RawClient subscriber = connect(version).subscribe(topic, Qos.AT_LEAST_ONCE);
        connect(withWill(version, topic, Qos.AT_LEAST_ONCE, false)).disconnect();
        assertNothingFor(subscriber, connect(version));
    }

    /// 5: [MQTT-3.1.2-10]; 3: [MQTT-3.1.2-10]
    @ParameterizedTest
    @EnumSource
    void theWillIsPublishedOnce(MqttVersion version) {
        String id = name();
        String topic = name();
        RawClient subscriber = connect(version).subscribe(topic, Qos.AT_LEAST_ONCE);
        Connect first =
                Packets.with(
                        Packets.lasting(version, id),
                        Packets.will(topic, Qos.AT_LEAST_ONCE, false));
        connect(first).breakOff();
        subscriber.receive("gone");
        RawClient second = connect(Packets.lasting(version, id), true);
        second.breakOff();
        connect(Packets.lasting(version, id), true).disconnect();
        assertNothingFor(subscriber, connect(version));
    }

    /// 3: [MQTT-3.1.2-12]
    @ParameterizedTest
    @EnumSource
    void withoutWillNothingIsPublished(MqttVersion version) {
        String id = name();
        RawClient watcher = watching(id);
        RawClient all = connect(version).subscribe("#", Qos.AT_LEAST_ONCE);
        drain(all);
        connect(Packets.clean(version, id)).breakOff();
        watcher.receive();
        assertNothingFor(all, connect(version));
    }

    /// A filter that matches everything also gets what other tests have retained.
    private static void drain(RawClient subscriber) {
        subscriber.send(new PingReq());
        while (subscriber.read() instanceof Publish publish) {
            subscriber.acknowledge(publish);
        }
    }

    /// 3.14.2.1 of MQTT 5
    @Test
    void disconnectWithWillMessagePublishesIt() {
        String topic = name();
        RawClient subscriber = connect(MQTT_5).subscribe(topic, Qos.AT_LEAST_ONCE);
        RawClient client = connect(withWill(MQTT_5, topic, Qos.AT_LEAST_ONCE, false));
        client.send(Disconnect.of(ReasonCode.DISCONNECT_WITH_WILL_MESSAGE, null));
        client.assertClosed();
        subscriber.receive("gone");
    }

    /// 5: [MQTT-3.1.2-8]
    @Test
    void theWillWaitsForItsDelay() {
        String id = name();
        String topic = name();
        RawClient watcher = watching(id);
        RawClient subscriber = connect(MQTT_5).subscribe(topic, Qos.AT_LEAST_ONCE);
        connect(delayed(id, topic, 600)).breakOff();
        watcher.receive();
        advance(Duration.ofSeconds(500));
        assertNothingFor(subscriber, connect(MQTT_5));
        advance(Duration.ofSeconds(101));
        subscriber.receive("gone");
    }

    /// 5: [MQTT-3.1.2-8]: the end of the session comes first.
    @Test
    void theWillIsPublishedWhenTheSessionEndsBeforeItsDelay() {
        String id = name();
        String topic = name();
        RawClient watcher = watching(id);
        RawClient subscriber = connect(MQTT_5).subscribe(topic, Qos.AT_LEAST_ONCE);
        connect(delayed(id, topic, 10 * Packets.HOUR)).breakOff();
        watcher.receive();
        advance(Duration.ofSeconds(Packets.HOUR + 1));
        subscriber.receive("gone");
    }

    /// 5: [MQTT-3.1.2-8], [MQTT-3.1.4-4]: a clean start ends the old session, and its will with it.
    @Test
    void aCleanStartPublishesTheDelayedWillOfTheSessionThatItEnds() {
        String id = name();
        String topic = name();
        RawClient watcher = watching(id);
        RawClient subscriber = connect(MQTT_5).subscribe(topic, Qos.AT_LEAST_ONCE);
        connect(delayed(id, topic, 600)).breakOff();
        watcher.receive();
        connect(Packets.clean(MQTT_5, id), false);
        subscriber.receive("gone");
    }

    /// 5: [MQTT-3.1.3-9]
    @Test
    void whoComesBackBeforeTheDelayHasNoWill() {
        String id = name();
        String topic = name();
        RawClient watcher = watching(id);
        RawClient subscriber = connect(MQTT_5).subscribe(topic, Qos.AT_LEAST_ONCE);
        connect(delayed(id, topic, 600)).breakOff();
        watcher.receive();
        connect(Packets.lasting(MQTT_5, id), true);
        advance(Duration.ofMinutes(20));
        assertNothingFor(subscriber, connect(MQTT_5));
    }

    /// 5: [MQTT-3.1.3-10]; the other will properties likewise (3.1.3.2).
    @Test
    void thePropertiesOfTheWillArePassedOnInTheirOrder() {
        String topic = name();
        List<UserProperty> user =
                List.of(
                        Packets.property("b", "1"),
                        Packets.property("a", "2"),
                        Packets.property("b", "1"),
                        Packets.property("", ""));
        MessageProperties properties =
                new MessageProperties(
                        1, 300L, "text/plain", "answer/here", Packets.utf8("id"), user);
        RawClient subscriber = connect(MQTT_5).subscribe(topic, Qos.AT_LEAST_ONCE);
        connect(
                        Packets.with(
                                Packets.clean(MQTT_5, name()),
                                Packets.will(topic, Qos.AT_LEAST_ONCE, false, 0, properties)))
                .breakOff();
        MessageProperties received = subscriber.receive("gone").properties();
        assertThat(received.userProperties()).isEqualTo(user);
        assertThat(received.payloadFormatIndicator()).isEqualTo(1);
        assertThat(received.messageExpirySeconds()).isBetween(290L, 300L);
        assertThat(received.contentType()).isEqualTo("text/plain");
        assertThat(received.responseTopic()).isEqualTo("answer/here");
        assertThat(received.correlationData()).asString().isEqualTo("id");
    }

    private Connect withWill(MqttVersion version, String topic, Qos qos, boolean retain) {
        return Packets.with(Packets.clean(version, name()), Packets.will(topic, qos, retain));
    }

    private static Connect delayed(String id, String topic, long delaySeconds) {
        return Packets.with(
                Packets.lasting(MQTT_5, id),
                Packets.will(
                        topic, Qos.AT_LEAST_ONCE, false, delaySeconds, MessageProperties.NONE));
    }
}
