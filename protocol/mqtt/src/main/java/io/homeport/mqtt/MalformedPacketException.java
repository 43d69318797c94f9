package io.homeport.mqtt;

import org.jspecify.annotations.Nullable;

/// Thrown where received bytes are no packet that MQTT allows; the connection has to be closed with
/// the reason. The message says what is wrong and where.
public final class MalformedPacketException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final ReasonCode reason;
    private final @Nullable MqttVersion answerVersion;

    public MalformedPacketException(ReasonCode reason, String message) {
        this(reason, message, null);
    }

    /// @param answerVersion see {@link #answerVersion()}
    public MalformedPacketException(
            ReasonCode reason, String message, @Nullable MqttVersion answerVersion) {
        super(message, null, false, false);
        this.reason = reason;
        this.answerVersion = answerVersion;
    }

    public ReasonCode reason() {
        return reason;
    }

    /// The version in which the peer understands an answer: what it speaks, or for an unsupported
    /// version the nearest one; null where the peer didn't get as far as telling, so that nothing
    /// can be answered.
    public @Nullable MqttVersion answerVersion() {
        return answerVersion;
    }
}
