package io.homeport.compat.conformance;

import io.homeport.core.MessageProperties;
import io.homeport.core.UserProperty;
import io.homeport.mqtt.MqttPacket.Connect;
import io.homeport.mqtt.MqttPacket.ConnectProperties;
import io.homeport.mqtt.MqttPacket.PubAck;
import io.homeport.mqtt.MqttPacket.PubComp;
import io.homeport.mqtt.MqttPacket.PubRec;
import io.homeport.mqtt.MqttPacket.PubRel;
import io.homeport.mqtt.MqttPacket.Publish;
import io.homeport.mqtt.MqttPacket.RetainHandling;
import io.homeport.mqtt.MqttPacket.Subscribe;
import io.homeport.mqtt.MqttPacket.Subscription;
import io.homeport.mqtt.MqttPacket.Unsubscribe;
import io.homeport.mqtt.MqttPacket.Will;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import io.homeport.mqtt.ReasonCode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Packets as tests need them, with everything else absent.
public final class Packets {
    /// A session expiry that no test outlives unless it moves the clock.
    public static final long HOUR = 3600;

    private Packets() {}

    /// A session that ends with its connection.
    public static Connect clean(MqttVersion version, String clientId) {
        return new Connect(version, true, 0, clientId, null, null, null, ConnectProperties.NONE);
    }

    /// A session that is resumed, or begun, and outlives its connection.
    public static Connect lasting(MqttVersion version, String clientId) {
        return new Connect(version, false, 0, clientId, null, null, null, expiry(version, HOUR));
    }

    /// A session that is begun anew and outlives its connection, where the version has such.
    public static Connect fresh(MqttVersion version, String clientId) {
        return new Connect(version, true, 0, clientId, null, null, null, expiry(version, HOUR));
    }

    public static Connect with(Connect connect, Will will) {
        return new Connect(
                connect.version(),
                connect.cleanStart(),
                connect.keepAliveSeconds(),
                connect.clientId(),
                will,
                connect.userName(),
                connect.password(),
                connect.properties());
    }

    public static Connect with(Connect connect, ConnectProperties properties) {
        return new Connect(
                connect.version(),
                connect.cleanStart(),
                connect.keepAliveSeconds(),
                connect.clientId(),
                connect.will(),
                connect.userName(),
                connect.password(),
                properties);
    }

    public static Connect withKeepAlive(Connect connect, int seconds) {
        return new Connect(
                connect.version(),
                connect.cleanStart(),
                seconds,
                connect.clientId(),
                connect.will(),
                connect.userName(),
                connect.password(),
                connect.properties());
    }

    private static ConnectProperties expiry(MqttVersion version, long seconds) {
        return version == MqttVersion.MQTT_5
                ? properties(seconds, null, null, null)
                : ConnectProperties.NONE;
    }

    public static ConnectProperties properties(
            @Nullable Long expirySeconds,
            @Nullable Integer receiveMaximum,
            @Nullable Long maximumPacketSize,
            @Nullable Integer topicAliasMaximum) {
        return new ConnectProperties(
                expirySeconds,
                receiveMaximum,
                maximumPacketSize,
                topicAliasMaximum,
                false,
                true,
                List.of(),
                null,
                null);
    }

    /// Properties with the two requests for information.
    public static ConnectProperties requesting(
            boolean responseInformation, boolean problemInformation) {
        return new ConnectProperties(
                null,
                null,
                null,
                null,
                responseInformation,
                problemInformation,
                List.of(),
                null,
                null);
    }

    public static ConnectProperties authenticating(String method) {
        return new ConnectProperties(
                HOUR, null, null, null, false, true, List.of(), method, utf8("data"));
    }

    public static Will will(String topic, Qos qos, boolean retain) {
        return will(topic, qos, retain, 0, MessageProperties.NONE);
    }

    public static Will will(
            String topic,
            Qos qos,
            boolean retain,
            long delaySeconds,
            MessageProperties properties) {
        return new Will(topic, utf8("gone"), qos, retain, delaySeconds, properties);
    }

    /// @param packetId ignored for QoS 0
    public static Publish publish(String topic, String payload, Qos qos, int packetId) {
        return publish(topic, payload, qos, packetId, false, false, MessageProperties.NONE);
    }

    public static Publish retained(String topic, String payload, Qos qos, int packetId) {
        return publish(topic, payload, qos, packetId, false, true, MessageProperties.NONE);
    }

    public static Publish repeated(String topic, String payload, Qos qos, int packetId) {
        return publish(topic, payload, qos, packetId, true, false, MessageProperties.NONE);
    }

    public static Publish publish(
            String topic,
            String payload,
            Qos qos,
            int packetId,
            boolean dup,
            boolean retain,
            MessageProperties properties) {
        return new Publish(
                dup, qos, retain, topic, packetId, utf8(payload), properties, 0, new int[0]);
    }

    /// A QoS 0 PUBLISH with an alias.
    public static Publish aliased(String topic, int alias, String payload) {
        return new Publish(
                false,
                Qos.AT_MOST_ONCE,
                false,
                topic,
                0,
                utf8(payload),
                MessageProperties.NONE,
                alias,
                new int[0]);
    }

    public static MessageProperties expiring(long seconds) {
        return new MessageProperties(null, seconds, null, null, null, List.of());
    }

    public static PubAck pubAck(int packetId, ReasonCode reason) {
        return new PubAck(packetId, reason, null, List.of());
    }

    public static PubRec pubRec(int packetId, ReasonCode reason) {
        return new PubRec(packetId, reason, null, List.of());
    }

    public static PubRel pubRel(int packetId) {
        return new PubRel(packetId, ReasonCode.SUCCESS, null, List.of());
    }

    public static PubComp pubComp(int packetId) {
        return new PubComp(packetId, ReasonCode.SUCCESS, null, List.of());
    }

    public static Subscribe subscribe(int packetId, Subscription... subscriptions) {
        return new Subscribe(packetId, List.of(subscriptions), 0, List.of());
    }

    /// A subscription of which both versions can speak.
    public static Subscription to(String filter, Qos qos) {
        return to(filter, qos, false, false, RetainHandling.SEND_ON_SUBSCRIBE);
    }

    public static Subscription to(
            String filter,
            Qos qos,
            boolean noLocal,
            boolean retainAsPublished,
            RetainHandling retainHandling) {
        return new Subscription(filter, qos, noLocal, retainAsPublished, retainHandling);
    }

    public static Unsubscribe unsubscribe(int packetId, String... filters) {
        return new Unsubscribe(packetId, Arrays.asList(filters), List.of());
    }

    public static UserProperty property(String name, String value) {
        return new UserProperty(name, value);
    }

    public static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    public static String text(Publish publish) {
        return new String(publish.payload(), StandardCharsets.UTF_8);
    }
}
