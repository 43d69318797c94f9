package io.homeport.gateway;

/// How clients of a server name are taken (AWS IoT developer guide, "Device communication
/// protocols"). Immutable.
public record EndpointRules(Authentication authentication, Protocol protocol) {
    /// Port and negotiated protocol decide.
    public static final EndpointRules DEFAULT =
            new EndpointRules(Authentication.DEFAULT, Protocol.DEFAULT);

    /// With which proof of identity.
    public enum Authentication {
        /// What the client brings.
        DEFAULT,
        /// A certificate, and nothing else.
        CERTIFICATE,
        /// A custom authorizer, and nothing else.
        AUTHORIZER,
        /// Both.
        CERTIFICATE_AND_AUTHORIZER,
        /// An AWS signature, and nothing else.
        SIGNATURE;

        /// Whether a client without a certificate is turned away at once.
        boolean needsCertificate() {
            return this == CERTIFICATE || this == CERTIFICATE_AND_AUTHORIZER;
        }

        /// Whether a client's certificate is looked at.
        boolean takesCertificate() {
            return this == DEFAULT || needsCertificate();
        }
    }

    /// What is spoken.
    public enum Protocol {
        /// What the client negotiates.
        DEFAULT,
        MQTT,
        /// MQTT over WebSocket.
        WEBSOCKET,
        HTTPS
    }
}
