package io.homeport.sql;

import io.homeport.core.AccountId;
import io.homeport.core.MessageProperties;
import org.jspecify.annotations.Nullable;

/// A message as statements and templates see it. The payload is parsed when something first looks
/// into it, and once for all rules. Thread-safe; the payload isn't copied and must not be changed.
public final class SqlMessage {
    private static final String BASIC_INGEST = "$aws/rules/";

    /// Where a message came from; null for what isn't known.
    ///
    /// @param clientId of the MQTT client; null where it wasn't MQTT
    /// @param principal certificate id, `roleId:session` or user id
    /// @param sourceIp address of the sender, as text
    /// @param traceId UUID of the message; null where it wasn't MQTT
    public record Sender(
            @Nullable String clientId,
            @Nullable String principal,
            @Nullable String sourceIp,
            @Nullable String traceId) {
        public static final Sender UNKNOWN = new Sender(null, null, null, null);
    }

    private final byte[] payload;
    private final String topic;
    private final AccountId account;
    private final long timestampMillis;
    private final Sender sender;
    private final MessageProperties properties;

    /// Written by whichever thread is first; values are immutable, so that a second one doesn't
    /// matter.
    private @Nullable Value parsed;

    /// @param topic as it was published to; the prefix of Basic Ingest is hidden from `topic()`
    /// @param account that owns the rule
    /// @param timestampMillis when the rules engine saw it, milliseconds since the epoch
    public SqlMessage(
            byte[] payload,
            String topic,
            AccountId account,
            long timestampMillis,
            Sender sender,
            MessageProperties properties) {
        this.payload = payload;
        this.topic = withoutBasicIngest(topic);
        this.account = account;
        this.timestampMillis = timestampMillis;
        this.sender = sender;
        this.properties = properties;
    }

    /// The topic behind `$aws/rules/{rule}/` (iot-basic-ingest); any other topic as it is.
    private static String withoutBasicIngest(String topic) {
        if (!topic.startsWith(BASIC_INGEST)) {
            return topic;
        }
        int rule = topic.indexOf('/', BASIC_INGEST.length());
        return rule < 0 ? "" : topic.substring(rule + 1);
    }

    public byte[] payload() {
        return payload;
    }

    /// Without the prefix of Basic Ingest.
    public String topic() {
        return topic;
    }

    public AccountId account() {
        return account;
    }

    public long timestampMillis() {
        return timestampMillis;
    }

    public Sender sender() {
        return sender;
    }

    public MessageProperties properties() {
        return properties;
    }

    /// Whether the payload is one JSON document. Parses it, if nothing has so far.
    public boolean isJson() {
        return !value().isUndefined();
    }

    /// Undefined where the payload isn't JSON.
    Value value() {
        Value value = parsed;
        if (value == null) {
            Value read = JsonReader.read(payload);
            value = read == null ? Absent.UNDEFINED : read;
            parsed = value;
        }
        return value;
    }
}
