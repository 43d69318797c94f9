package io.homeport.mqtt;

import io.homeport.core.MessageProperties;
import io.homeport.core.UserProperty;
import io.homeport.mqtt.MqttPacket.ConnAckProperties;
import io.homeport.mqtt.MqttPacket.ConnectProperties;
import io.homeport.mqtt.MqttPacket.RetainHandling;
import io.homeport.mqtt.MqttPacket.Subscription;
import io.homeport.mqtt.MqttPacket.Will;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Valid packets of all kinds, in the form that decoding them gives.
final class RandomPackets {
    static final int KINDS = 15;

    private static final String[] CHARACTERS = {"a", "Z", "0", " ", "ä", "я", "水", "\uFEFF", "😀"};
    private final SplittableRandom random;
    private final boolean version5;

    RandomPackets(SplittableRandom random, MqttVersion version) {
        this.random = random;
        this.version5 = version == MqttVersion.MQTT_5;
    }

    MqttPacket next() {
        return next(random.nextInt(KINDS));
    }

    /// @param kind below {@link #KINDS}; AUTH and DISCONNECT are PUBLISH in MQTT 3.1.1
    MqttPacket next(int kind) {
        return switch (kind) {
            case 0 -> connect();
            case 1 -> connAck();
            case 2 -> new MqttPacket.PubAck(id(), publishReason(), reasonString(), users());
            case 3 -> new MqttPacket.PubRec(id(), publishReason(), reasonString(), users());
            case 4 -> new MqttPacket.PubRel(id(), releaseReason(), reasonString(), users());
            case 5 -> new MqttPacket.PubComp(id(), releaseReason(), reasonString(), users());
            case 6 -> subscribe();
            case 7 -> subAck();
            case 8 -> new MqttPacket.Unsubscribe(id(), some(this::filter), users());
            case 9 -> unsubAck();
            case 10 -> new MqttPacket.PingReq();
            case 11 -> new MqttPacket.PingResp();
            case 12 -> version5 ? disconnect() : publish();
            case 13 -> version5 ? auth() : publish();
            default -> publish();
        };
    }

    private MqttPacket connect() {
        boolean hasUser = random.nextBoolean();
        return new MqttPacket.Connect(
                version5 ? MqttVersion.MQTT_5 : MqttVersion.MQTT_3_1_1,
                random.nextBoolean(),
                random.nextInt(0x10000),
                text(),
                random.nextBoolean() ? will() : null,
                hasUser ? text() : null,
                (hasUser || version5) && random.nextBoolean() ? data() : null,
                version5 ? connectProperties() : ConnectProperties.NONE);
    }

    private ConnectProperties connectProperties() {
        String method = maybe(this::text);
        return new ConnectProperties(
                maybe(this::unsignedInt),
                maybe(this::positiveShort),
                maybe(() -> unsignedInt() | 1),
                maybe(() -> random.nextInt(0x10000)),
                random.nextBoolean(),
                random.nextBoolean(),
                users(),
                method,
                method == null ? null : maybe(this::data));
    }

    private Will will() {
        return new Will(
                topic(),
                data(),
                qos(),
                random.nextBoolean(),
                version5 && random.nextBoolean() ? unsignedInt() : 0,
                messageProperties());
    }

    private MqttPacket connAck() {
        if (!version5) {
            ReasonCode[] reasons = {
                ReasonCode.SUCCESS,
                ReasonCode.UNSUPPORTED_PROTOCOL_VERSION,
                ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
                ReasonCode.SERVER_UNAVAILABLE,
                ReasonCode.BAD_USER_NAME_OR_PASSWORD,
                ReasonCode.NOT_AUTHORIZED
            };
            ReasonCode reason = reasons[random.nextInt(reasons.length)];
            boolean present = reason == ReasonCode.SUCCESS && random.nextBoolean();
            return new MqttPacket.ConnAck(present, reason, ConnAckProperties.NONE);
        }
        boolean success = random.nextBoolean();
        return new MqttPacket.ConnAck(
                success && random.nextBoolean(),
                success ? ReasonCode.SUCCESS : ReasonCode.SERVER_BUSY,
                new ConnAckProperties(
                        maybe(this::unsignedInt),
                        maybe(this::positiveShort),
                        maybe(() -> Qos.of(random.nextInt(2))),
                        maybe(random::nextBoolean),
                        maybe(() -> unsignedInt() | 1),
                        maybe(this::text),
                        maybe(() -> random.nextInt(0x10000)),
                        maybe(this::text),
                        users(),
                        maybe(random::nextBoolean),
                        maybe(random::nextBoolean),
                        maybe(random::nextBoolean),
                        maybe(() -> random.nextInt(0x10000)),
                        maybe(this::text),
                        maybe(this::text),
                        maybe(this::text),
                        maybe(this::data)));
    }

    MqttPacket.Publish publish() {
        Qos qos = qos();
        int alias = version5 && random.nextInt(3) == 0 ? positiveShort() : 0;
        int[] identifiers = new int[version5 ? random.nextInt(3) : 0];
        for (int i = 0; i < identifiers.length; i++) {
            identifiers[i] = 1 + random.nextInt(Wire.MAXIMUM_REMAINING_LENGTH);
        }
        return new MqttPacket.Publish(
                qos != Qos.AT_MOST_ONCE && random.nextBoolean(),
                qos,
                random.nextBoolean(),
                alias != 0 && random.nextBoolean() ? "" : topic(),
                qos == Qos.AT_MOST_ONCE ? 0 : id(),
                data(),
                messageProperties(),
                alias,
                identifiers);
    }

    private MqttPacket subscribe() {
        int identifier = version5 && random.nextBoolean() ? 1 + random.nextInt(300_000) : 0;
        return new MqttPacket.Subscribe(id(), some(this::subscription), identifier, users());
    }

    private Subscription subscription() {
        String filter = filter();
        return new Subscription(
                filter,
                qos(),
                version5 && !Topics.isShared(filter) && random.nextBoolean(),
                version5 && random.nextBoolean(),
                RetainHandling.values()[version5 ? random.nextInt(3) : 0]);
    }

    private MqttPacket subAck() {
        return new MqttPacket.SubAck(
                id(),
                some(() ->
                        random.nextBoolean()
                                ? ReasonCode.granted(qos())
                                : version5
                                        ? ReasonCode.TOPIC_FILTER_INVALID
                                        : ReasonCode.UNSPECIFIED_ERROR),
                reasonString(),
                users());
    }

    private MqttPacket unsubAck() {
        List<ReasonCode> reasons =
                version5
                        ? some(() ->
                                random.nextBoolean()
                                        ? ReasonCode.SUCCESS
                                        : ReasonCode.NO_SUBSCRIPTION_EXISTED)
                        : List.of();
        return new MqttPacket.UnsubAck(id(), reasons, reasonString(), users());
    }

    private MqttPacket disconnect() {
        boolean fromServer = random.nextBoolean();
        return new MqttPacket.Disconnect(
                random.nextBoolean() ? ReasonCode.SUCCESS : ReasonCode.QUOTA_EXCEEDED,
                fromServer ? null : maybe(this::unsignedInt),
                reasonString(),
                fromServer ? text() : null,
                users());
    }

    private MqttPacket auth() {
        boolean bare = random.nextInt(4) == 0;
        if (bare) {
            return new MqttPacket.Auth(ReasonCode.SUCCESS, null, null, null, List.of());
        }
        return new MqttPacket.Auth(
                random.nextBoolean() ? ReasonCode.SUCCESS : ReasonCode.CONTINUE_AUTHENTICATION,
                text(),
                maybe(this::data),
                reasonString(),
                users());
    }

    private MessageProperties messageProperties() {
        if (!version5 || random.nextInt(3) == 0) {
            return MessageProperties.NONE;
        }
        return new MessageProperties(
                maybe(() -> random.nextInt(2)),
                maybe(this::unsignedInt),
                maybe(this::text),
                maybe(this::topic),
                maybe(this::data),
                users());
    }

    private ReasonCode publishReason() {
        return version5 && random.nextBoolean()
                ? ReasonCode.NO_MATCHING_SUBSCRIBERS
                : ReasonCode.SUCCESS;
    }

    private ReasonCode releaseReason() {
        return version5 && random.nextBoolean()
                ? ReasonCode.PACKET_IDENTIFIER_NOT_FOUND
                : ReasonCode.SUCCESS;
    }

    private @Nullable String reasonString() {
        return version5 ? maybe(this::text) : null;
    }

    private List<UserProperty> users() {
        return version5 && random.nextInt(3) == 0
                ? some(() -> new UserProperty(text(), text()))
                : List.of();
    }

    String topic() {
        StringBuilder topic = new StringBuilder(random.nextInt(4) == 0 ? "$" : "t");
        for (int levels = random.nextInt(4); levels > 0; levels--) {
            topic.append('/').append(random.nextInt(4) == 0 ? "" : text());
        }
        return topic.toString();
    }

    private String filter() {
        String filter =
                switch (random.nextInt(4)) {
                    case 0 -> topic() + "/#";
                    case 1 -> "+/" + topic() + "/+";
                    case 2 -> "#";
                    default -> topic();
                };
        return random.nextInt(5) == 0 ? "$share/group/" + filter : filter;
    }

    private Qos qos() {
        return Qos.of(random.nextInt(3));
    }

    private int id() {
        return positiveShort();
    }

    private int positiveShort() {
        return 1 + random.nextInt(0xFFFF);
    }

    private long unsignedInt() {
        return random.nextBoolean() ? random.nextLong(0x1_0000_0000L) : random.nextLong(4);
    }

    private String text() {
        int length = random.nextInt(20) == 0 ? 300 : random.nextInt(12);
        boolean ascii = random.nextBoolean();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(CHARACTERS[random.nextInt(ascii ? 4 : CHARACTERS.length)]);
        }
        return text.toString();
    }

    private byte[] data() {
        byte[] data = new byte[random.nextInt(20) == 0 ? 20_000 : random.nextInt(20)];
        random.nextBytes(data);
        return data;
    }

    private <T> List<T> some(Supplier<T> element) {
        List<T> list = new ArrayList<>();
        for (int count = 1 + random.nextInt(3); count > 0; count--) {
            list.add(element.get());
        }
        return list;
    }

    private <T> @Nullable T maybe(Supplier<T> value) {
        return random.nextBoolean() ? value.get() : null;
    }
}
