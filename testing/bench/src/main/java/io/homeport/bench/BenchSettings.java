package io.homeport.bench;

import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// One run, checked. Immutable. {@link BenchCommand} says what each means.
///
/// @param tls null for plain TCP
/// @param drain how long nothing may arrive at the end before the rest is taken for lost
/// @param publishers connections in the modes that send nothing
/// @param subscribers 0 in the modes that send nothing
/// @param inflight messages that a publisher may have unacknowledged at QoS 1 and 2
/// @param persistent whether subscribers' sessions outlive their connections, MQTT 5 only
/// @param outstanding messages of one publisher that its slowest subscriber may be behind
/// @param ratePerSecond messages per second of all publishers together; 0 as fast as they go
/// @param reconnect whether connections are made twice, and the second time is measured
/// @param brokerPid 0 for none
record BenchSettings(
        BenchMode mode,
        String host,
        int port,
        @Nullable TlsSettings tls,
        @Nullable String userName,
        @Nullable String password,
        String clientIdPattern,
        String topicPrefix,
        MqttVersion version,
        Qos qos,
        int payloadBytes,
        Duration warmup,
        Duration duration,
        Duration drain,
        int publishers,
        int subscribers,
        int inflight,
        int outstanding,
        int ratePerSecond,
        int threads,
        int concurrency,
        boolean noDelay,
        int keepAliveSeconds,
        boolean persistent,
        boolean reconnect,
        long brokerPid) {

    /// Connections in all.
    int connections() {
        return publishers + subscribers;
    }

    /// How many subscribers get each message.
    int copies() {
        return mode.paired() ? 1 : subscribers;
    }

    /// Where the broker is, for people.
    String address() {
        return host + ":" + port;
    }
}
