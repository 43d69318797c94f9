package io.homeport.core;

import org.jspecify.annotations.Nullable;

/// An application message on its way through the broker. Immutable by agreement: nobody changes the
/// payload array after the message is made. Compared by identity.
public final class Message {
    private final AccountId account;
    private final String topic;
    private final byte[] payload;
    private final int qos;
    private final boolean retain;
    private final MessageProperties properties;
    private final @Nullable Publisher publisher;
    private final long publishedAtMillis;
    private final boolean will;

    /// @param qos 0, 1 or 2, as published
    /// @param publisher the connection it came from; null for the server itself and for HTTP
    /// @param publishedAtMillis {@link Clock} time of arrival; message expiry counts from here
    public Message(
            AccountId account,
            String topic,
            byte[] payload,
            int qos,
            boolean retain,
            MessageProperties properties,
            @Nullable Publisher publisher,
            long publishedAtMillis) {
        this(account, topic, payload, qos, retain, properties, publisher, publishedAtMillis, false);
    }

    private Message(
            AccountId account,
            String topic,
            byte[] payload,
            int qos,
            boolean retain,
            MessageProperties properties,
            @Nullable Publisher publisher,
            long publishedAtMillis,
            boolean will) {
        this.account = account;
        this.topic = topic;
        this.payload = payload;
        this.qos = qos;
        this.retain = retain;
        this.properties = properties;
        this.publisher = publisher;
        this.publishedAtMillis = publishedAtMillis;
        this.will = will;
    }

    /// The same message, published on behalf of a client that is gone: its will.
    public Message asWill() {
        return new Message(
                account,
                topic,
                payload,
                qos,
                retain,
                properties,
                publisher,
                publishedAtMillis,
                true);
    }

    public AccountId account() {
        return account;
    }

    public String topic() {
        return topic;
    }

    public byte[] payload() {
        return payload;
    }

    public int qos() {
        return qos;
    }

    public boolean retain() {
        return retain;
    }

    public MessageProperties properties() {
        return properties;
    }

    public @Nullable Publisher publisher() {
        return publisher;
    }

    public long publishedAtMillis() {
        return publishedAtMillis;
    }

    /// Whether this is a client's will. Known while the message is routed, not of stored ones.
    public boolean isWill() {
        return will;
    }

    /// When the message stops being deliverable, in {@link Clock} milliseconds; `Long.MAX_VALUE`
    /// where it never does.
    public long expiresAtMillis() {
        Long seconds = properties.messageExpirySeconds();
        return seconds == null ? Long.MAX_VALUE : publishedAtMillis + seconds * 1000;
    }

    @Override
    public String toString() {
        return "Message[" + topic + ", " + payload.length + " bytes, QoS " + qos + "]";
    }
}
