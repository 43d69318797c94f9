package io.homeport.gateway;

import io.homeport.broker.BrokerLimits;
import io.homeport.mqtt.MqttLimits;
import java.time.Duration;

/// The gateway's limits. Immutable. Each says what a peer gets that breaks it.
///
/// @param maximumConnections sockets over all listeners, and no more than the process may have open
///   files less those that the store needs; one more is closed at once
/// @param maximumNewcomers connections that are being set up (up to CONNECT or the first request)
///   and not stalled; beyond, listeners accept nothing and the kernel's backlog holds the rest
/// @param maximumHandshakes TLS handshakes in progress; one more is closed at once
/// @param handshakeTimeout for a TLS handshake from the first byte on; then the socket is closed
/// @param connectTimeout from an open connection to a whole CONNECT; then the socket is closed
/// @param closeGrace how long a client that was sent its last packet may take to close
/// @param maximumConnectBytes largest CONNECT; a larger one closes the connection
/// @param mqtt what MQTT packets may hold; the reason codes of a breach are told there
/// @param outboundLowBytes waiting outbound bytes below which a connection is writable again
/// @param outboundHighBytes waiting outbound bytes above which it isn't
/// @param maximumOutboundBytes waiting outbound bytes that end a connection
/// @param maximumHttpBodyBytes largest request body; a larger one gets 413
/// @param maximumHttpHeaderBytes all headers of a request; more get 431
/// @param maximumHttpRequests requests in process at a time; one more gets 503
/// @param httpRequestTimeout from a request's first byte to its last; then 408
/// @param httpIdleTimeout between requests; then the connection is closed
/// @param webSocketLifetime after which the broker ends a WebSocket connection with
///   `WEBSOCKET_TTL_EXPIRATION`
public record GatewayLimits(
        int maximumConnections,
        int maximumNewcomers,
        int maximumHandshakes,
        Duration handshakeTimeout,
        Duration connectTimeout,
        Duration closeGrace,
        int maximumConnectBytes,
        MqttLimits mqtt,
        int outboundLowBytes,
        int outboundHighBytes,
        int maximumOutboundBytes,
        int maximumHttpBodyBytes,
        int maximumHttpHeaderBytes,
        int maximumHttpRequests,
        Duration httpRequestTimeout,
        Duration httpIdleTimeout,
        Duration webSocketLifetime) {

    /// What holds unless it is configured otherwise.
    public static final GatewayLimits STANDARD =
            new GatewayLimits(
                    100_000,
                    8_192,
                    16_384,
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(2),
                    512 * 1024,
                    new MqttLimits(16 * 1024 * 1024, 128, 1000, 1000),
                    64 * 1024,
                    256 * 1024,
                    64 * 1024 * 1024,
                    10 * 1024 * 1024,
                    64 * 1024,
                    256,
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(65),
                    Duration.ofHours(24));

    public GatewayLimits {
        positive("maximumConnections", maximumConnections);
        positive("maximumNewcomers", maximumNewcomers);
        positive("maximumHandshakes", maximumHandshakes);
        positive("handshakeTimeout", handshakeTimeout.toNanos());
        positive("connectTimeout", connectTimeout.toNanos());
        positive("closeGrace", closeGrace.toNanos());
        positive("maximumConnectBytes", maximumConnectBytes);
        positive("outboundLowBytes", outboundLowBytes);
        positive("maximumHttpBodyBytes", maximumHttpBodyBytes);
        positive("maximumHttpHeaderBytes", maximumHttpHeaderBytes);
        positive("maximumHttpRequests", maximumHttpRequests);
        positive("httpRequestTimeout", httpRequestTimeout.toNanos());
        positive("httpIdleTimeout", httpIdleTimeout.toNanos());
        positive("webSocketLifetime", webSocketLifetime.toSeconds());
        if (outboundHighBytes < outboundLowBytes || maximumOutboundBytes < outboundHighBytes) {
            throw new IllegalArgumentException(
                    "outboundLowBytes <= outboundHighBytes <= maximumOutboundBytes doesn't hold: "
                            + outboundLowBytes
                            + ", "
                            + outboundHighBytes
                            + ", "
                            + maximumOutboundBytes);
        }
    }

    /// How many bytes the heads, bodies and answers of all requests may hold together: sixteen of
    /// the largest bodies, and no more than an eighth of the memory, but always one.
    long maximumHttpBodiesBytes() {
        return Math.max(
                maximumHttpBodyBytes,
                Math.min(16L * maximumHttpBodyBytes, Runtime.getRuntime().maxMemory() / 8));
    }

    /// The same with the broker's bound on packets. Other bounds of the decoder are kept wider than
    /// the broker's, whose answers are finer: the decoder can only end the connection.
    public GatewayLimits forBroker(BrokerLimits broker) {
        return with(
                new MqttLimits(
                        broker.maximumPacketBytes(),
                        Math.max(mqtt.maximumTopicLevels(), broker.names().topicLevels() + 8),
                        mqtt.maximumUserProperties(),
                        Math.max(
                                mqtt.maximumTopicFilters(), broker.subscribing().perPacket() + 1)));
    }

    /// The same with other bounds on packets, to agree with the broker's.
    public GatewayLimits with(MqttLimits packets) {
        return new GatewayLimits(
                maximumConnections,
                maximumNewcomers,
                maximumHandshakes,
                handshakeTimeout,
                connectTimeout,
                closeGrace,
                maximumConnectBytes,
                packets,
                outboundLowBytes,
                outboundHighBytes,
                maximumOutboundBytes,
                maximumHttpBodyBytes,
                maximumHttpHeaderBytes,
                maximumHttpRequests,
                httpRequestTimeout,
                httpIdleTimeout,
                webSocketLifetime);
    }

    /// The same with another bound on sockets.
    public GatewayLimits withMaximumConnections(int maximum) {
        return new GatewayLimits(
                maximum,
                maximumNewcomers,
                maximumHandshakes,
                handshakeTimeout,
                connectTimeout,
                closeGrace,
                maximumConnectBytes,
                mqtt,
                outboundLowBytes,
                outboundHighBytes,
                maximumOutboundBytes,
                maximumHttpBodyBytes,
                maximumHttpHeaderBytes,
                maximumHttpRequests,
                httpRequestTimeout,
                httpIdleTimeout,
                webSocketLifetime);
    }

    private static void positive(String name, long value) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " has to be positive, not " + value);
        }
    }
}
