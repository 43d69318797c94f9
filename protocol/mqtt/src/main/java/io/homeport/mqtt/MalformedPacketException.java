package io.homeport.mqtt;

/// Thrown where received bytes are no packet that MQTT allows; the connection has to be closed with
/// the reason. The message says what is wrong and where.
public final class MalformedPacketException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final ReasonCode reason;

    public MalformedPacketException(ReasonCode reason, String message) {
        super(message, null, false, false);
        this.reason = reason;
    }

    public ReasonCode reason() {
        return reason;
    }
}
