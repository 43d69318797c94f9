package io.homeport.gateway;

import io.homeport.core.AccountId;

/// Where the gateway listens and what it allows. Immutable. A port is 0 for any free one and -1 for
/// none.
///
/// @param apiAddress where the AWS API is bound: plain HTTP on a loopback address, HTTPS on others
/// @param deviceAddress where the TLS listeners are bound
/// @param mqttAddress where plain MQTT is bound
/// @param anonymous whether plain MQTT lets clients in that have no identity; without it each of
///   their CONNECTs is refused
/// @param eventLoops threads that serve connections, and as many more for TLS handshakes; 0 for one
///   per two processors: the system's network code, the garbage collector and the peers on the same
///   machine take the rest
/// @param account of anonymous clients
/// @param region of anonymous clients
public record GatewaySettings(
        String apiAddress,
        int apiPort,
        String deviceAddress,
        int mqttsPort,
        int httpsPort,
        String mqttAddress,
        int mqttPort,
        boolean anonymous,
        int eventLoops,
        AccountId account,
        String region,
        GatewayLimits limits) {

    /// The documented ports, plain MQTT off.
    public static GatewaySettings standard(AccountId account, String region) {
        return new GatewaySettings(
                "127.0.0.1",
                4566,
                "0.0.0.0",
                8883,
                8443,
                "127.0.0.1",
                -1,
                false,
                0,
                account,
                region,
                GatewayLimits.STANDARD);
    }

    public GatewaySettings {
        port("apiPort", apiPort);
        port("mqttsPort", mqttsPort);
        port("httpsPort", httpsPort);
        port("mqttPort", mqttPort);
        if (eventLoops < 0 || eventLoops > 1024) {
            throw new IllegalArgumentException("eventLoops is 0 to 1024, not " + eventLoops);
        }
    }

    private static void port(String name, int port) {
        if (port < -1 || port > 65_535) {
            throw new IllegalArgumentException(
                    name + " is a port, 0 for any or -1 for none, not " + port);
        }
    }
}
