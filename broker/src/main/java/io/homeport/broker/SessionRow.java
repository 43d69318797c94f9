package io.homeport.broker;

import io.homeport.core.AccountId;
import io.homeport.core.Message;
import io.homeport.mqtt.MqttVersion;
import org.jspecify.annotations.Nullable;

/// What is stored of a session besides its subscriptions and messages. Immutable.
///
/// @param expirySeconds session expiry interval; {@link BrokerLimits#NEVER} never
/// @param connected whether the session had a connection when the row was written; after a crash it
///   is not known what that connection was sent
/// @param disconnectedAtMillis when the last connection ended
/// @param sentOrdinal the last queue position that has been sent once
/// @param versionNumber of lifecycle events
/// @param will the message to send at the end of the connection, or at `willDueMillis`
/// @param willDueMillis 0 while connected
record SessionRow(
        AccountId account,
        String clientId,
        MqttVersion version,
        long expirySeconds,
        boolean connected,
        long disconnectedAtMillis,
        long sentOrdinal,
        long versionNumber,
        @Nullable Message will,
        long willDelaySeconds,
        long willDueMillis) {

    private static final int FORMAT = 1;

    byte[] encode() {
        RowWriter out =
                new RowWriter()
                        .byteOf(FORMAT)
                        .text(account.value())
                        .text(clientId)
                        .byteOf(version.level())
                        .number(expirySeconds)
                        .flag(connected)
                        .number(disconnectedAtMillis)
                        .number(sentOrdinal)
                        .number(versionNumber)
                        .flag(will != null);
        if (will != null) {
            out.number(willDelaySeconds).number(willDueMillis);
            MessageRow.write(out, will);
        }
        return out.toBytes();
    }

    static SessionRow decode(byte[] bytes) {
        RowReader in = new RowReader(bytes);
        int format = in.byteOf();
        if (format != FORMAT) {
            throw new IllegalStateException(
                    "a stored session has format " + format + ", which this version doesn't know");
        }
        AccountId account = new AccountId(in.text());
        String clientId = in.text();
        MqttVersion version = in.byteOf() == 5 ? MqttVersion.MQTT_5 : MqttVersion.MQTT_3_1_1;
        long expiry = in.number();
        boolean connected = in.flag();
        long disconnectedAt = in.number();
        long sentOrdinal = in.number();
        long versionNumber = in.number();
        boolean hasWill = in.flag();
        long willDelay = hasWill ? in.number() : 0;
        long willDue = hasWill ? in.number() : 0;
        return new SessionRow(
                account,
                clientId,
                version,
                expiry,
                connected,
                disconnectedAt,
                sentOrdinal,
                versionNumber,
                hasWill ? MessageRow.read(in, account) : null,
                willDelay,
                willDue);
    }
}
