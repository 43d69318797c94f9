package io.homeport.gateway;

import io.homeport.broker.BrokerStatistics;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/// All meters of gateway and broker. Thread-safe. Names are a contract; `docs/metrics.md` lists
/// them.
final class GatewayMetrics {
    /// A meter as `docs/metrics.md` shows it.
    ///
    /// @param name as Prometheus sees it
    /// @param kind counter or gauge
    record Description(String name, String kind, String unit, String meaning) {}

    private static final String COUNTER = "counter";
    private static final String GAUGE = "gauge";

    static final List<Description> DESCRIPTIONS =
            List.of(
                    new Description(
                            "homeport_connections",
                            GAUGE,
                            "connections",
                            "sockets open now, over all listeners"),
                    new Description(
                            "homeport_tls_handshakes",
                            GAUGE,
                            "handshakes",
                            "TLS handshakes in progress"),
                    new Description(
                            "homeport_http_requests_running",
                            GAUGE,
                            "requests",
                            "HTTP requests in process"),
                    new Description(
                            "homeport_connections_opened_total",
                            COUNTER,
                            "connections",
                            "sockets accepted"),
                    new Description(
                            "homeport_connections_being_set_up",
                            GAUGE,
                            "connections",
                            "sockets on their way to CONNECT or to a request"),
                    new Description(
                            "homeport_accepts_delayed_total",
                            COUNTER,
                            "pauses",
                            "times that a listener rested because many connections were being set"
                                    + " up"),
                    new Description(
                            "homeport_connections_limited_total",
                            COUNTER,
                            "connections",
                            "sockets closed at once because a limit on connections or handshakes"
                                    + " was reached"),
                    new Description(
                            "homeport_tls_handshakes_failed_total",
                            COUNTER,
                            "handshakes",
                            "TLS handshakes that failed or took too long"),
                    new Description(
                            "homeport_tls_resumed_total",
                            COUNTER,
                            "handshakes",
                            "TLS sessions that a ticket resumed; the certificate in it was judged"
                                    + " anew"),
                    new Description(
                            "homeport_certificates_refused_total",
                            COUNTER,
                            "connections",
                            "clients whose certificate isn't registered, active or valid"),
                    new Description(
                            "homeport_authorizers_granted_total",
                            COUNTER,
                            "answers",
                            "custom authorizers that let a client in, refreshes included"),
                    new Description(
                            "homeport_authorizers_refused_total",
                            COUNTER,
                            "answers",
                            "clients that a custom authorizer refused, or that had none"),
                    new Description(
                            "homeport_authorizers_busy_total",
                            COUNTER,
                            "clients",
                            "clients refused because too many waited for custom authorizers"),
                    new Description(
                            "homeport_mqtt_received_bytes_total",
                            COUNTER,
                            "bytes",
                            "MQTT bytes received"),
                    new Description(
                            "homeport_mqtt_sent_bytes_total",
                            COUNTER,
                            "bytes",
                            "MQTT bytes handed to sockets"),
                    new Description(
                            "homeport_mqtt_received_packets_total",
                            COUNTER,
                            "packets",
                            "MQTT packets received"),
                    new Description(
                            "homeport_mqtt_malformed_packets_total",
                            COUNTER,
                            "packets",
                            "MQTT packets that broke the protocol and ended their connection"),
                    new Description(
                            "homeport_mqtt_connect_timeouts_total",
                            COUNTER,
                            "connections",
                            "connections closed because no CONNECT came in time"),
                    new Description(
                            "homeport_mqtt_keep_alive_timeouts_total",
                            COUNTER,
                            "connections",
                            "connections closed after one and a half keep alives of silence"),
                    new Description(
                            "homeport_mqtt_slow_consumers_total",
                            COUNTER,
                            "connections",
                            "connections closed because too many bytes waited, outbound or of"
                                    + " unfinished packets"),
                    new Description(
                            "homeport_mqtt_slow_packets_total",
                            COUNTER,
                            "connections",
                            "connections closed because a packet came too slowly"),
                    new Description(
                            "homeport_mqtt_yields_total",
                            COUNTER,
                            "slices",
                            "times that a connection had brought more than a slice of work, and"
                                    + " others went first"),
                    new Description(
                            "homeport_http_requests_total",
                            COUNTER,
                            "requests",
                            "HTTP requests answered"),
                    new Description(
                            "homeport_http_errors_total",
                            COUNTER,
                            "requests",
                            "HTTP requests answered with a status of 500 and above"),
                    new Description(
                            "homeport_http_rejected_total",
                            COUNTER,
                            "requests",
                            "HTTP requests refused because too many were in process, or held too"
                                    + " much memory together"),
                    new Description(
                            "homeport_http_malformed_total",
                            COUNTER,
                            "requests",
                            "HTTP requests that were malformed, too large or too slow"),
                    new Description(
                            "homeport_internal_errors_total",
                            COUNTER,
                            "errors",
                            "mistakes of the server itself, each with an error in the log"),
                    new Description(
                            "homeport_broker_connections",
                            GAUGE,
                            "connections",
                            "MQTT clients connected"),
                    new Description(
                            "homeport_broker_sessions",
                            GAUGE,
                            "sessions",
                            "MQTT sessions, connected or not"),
                    new Description(
                            "homeport_broker_subscriptions",
                            GAUGE,
                            "subscriptions",
                            "subscriptions of all sessions"),
                    new Description(
                            "homeport_broker_retained_messages",
                            GAUGE,
                            "messages",
                            "retained messages"),
                    new Description(
                            "homeport_broker_queued_messages",
                            GAUGE,
                            "messages",
                            "messages that wait in sessions"),
                    new Description(
                            "homeport_broker_publishes_total",
                            COUNTER,
                            "messages",
                            "messages published by clients, the API and the server"),
                    new Description(
                            "homeport_broker_deliveries_total",
                            COUNTER,
                            "messages",
                            "messages sent to subscribers"),
                    new Description(
                            "homeport_broker_drops_total",
                            COUNTER,
                            "messages",
                            "messages not delivered, for a reason that the denials call tells"),
                    new Description(
                            "homeport_broker_publishes_slowed_total",
                            COUNTER,
                            "messages",
                            "publishes whose client was slowed down, because a subscriber can't"
                                    + " keep up"),
                    new Description(
                            "homeport_broker_publishes_sliced_total",
                            COUNTER,
                            "messages",
                            "publishes with so many receivers that others went before some of"
                                    + " them"),
                    new Description(
                            "homeport_broker_connects_accepted_total",
                            COUNTER,
                            "connects",
                            "CONNECTs accepted"),
                    new Description(
                            "homeport_broker_connects_refused_total",
                            COUNTER,
                            "connects",
                            "CONNECTs refused"),
                    new Description(
                            "homeport_broker_protocol_errors_total",
                            COUNTER,
                            "connections",
                            "MQTT clients cut off because they broke the protocol or a limit that"
                                    + " they were told of"),
                    new Description(
                            "homeport_broker_denials_total",
                            COUNTER,
                            "actions",
                            "actions that a policy, a limit or a state denied"));

    private volatile LongSupplier resumed = () -> 0;
    final AtomicInteger connections = new AtomicInteger();
    final AtomicInteger newcomers = new AtomicInteger();
    final LongAdder acceptsDelayed = new LongAdder();
    final AtomicInteger handshakes = new AtomicInteger();
    final AtomicInteger httpRunning = new AtomicInteger();
    final LongAdder connectionsOpened = new LongAdder();
    final LongAdder connectionsLimited = new LongAdder();
    final LongAdder handshakesFailed = new LongAdder();
    final LongAdder certificatesRefused = new LongAdder();
    final LongAdder authorizersGranted = new LongAdder();
    final LongAdder authorizersRefused = new LongAdder();
    final LongAdder authorizersBusy = new LongAdder();
    final LongAdder mqttReceivedBytes = new LongAdder();
    final LongAdder mqttSentBytes = new LongAdder();
    final LongAdder mqttReceivedPackets = new LongAdder();
    final LongAdder mqttMalformed = new LongAdder();
    final LongAdder mqttConnectTimeouts = new LongAdder();
    final LongAdder mqttKeepAliveTimeouts = new LongAdder();
    final LongAdder mqttSlowConsumers = new LongAdder();
    final LongAdder mqttSlowPackets = new LongAdder();
    final LongAdder mqttYields = new LongAdder();
    final LongAdder httpRequests = new LongAdder();
    final LongAdder httpErrors = new LongAdder();
    final AtomicLong httpBodyBytes = new AtomicLong();
    final LongAdder httpRejected = new LongAdder();
    final LongAdder httpMalformed = new LongAdder();
    final LongAdder internalErrors = new LongAdder();

    GatewayMetrics(MeterRegistry registry, Supplier<BrokerStatistics> broker) {
        Registrar meters = new Registrar(registry);
        meters.counter("homeport_tls_resumed_total", () -> resumed.getAsLong());
        meters.gauge("homeport_connections", connections);
        meters.gauge("homeport_tls_handshakes", handshakes);
        meters.gauge("homeport_connections_being_set_up", newcomers);
        meters.counter("homeport_accepts_delayed_total", acceptsDelayed);
        meters.gauge("homeport_http_requests_running", httpRunning);
        meters.counter("homeport_connections_opened_total", connectionsOpened);
        meters.counter("homeport_connections_limited_total", connectionsLimited);
        meters.counter("homeport_tls_handshakes_failed_total", handshakesFailed);
        meters.counter("homeport_certificates_refused_total", certificatesRefused);
        meters.counter("homeport_authorizers_granted_total", authorizersGranted);
        meters.counter("homeport_authorizers_refused_total", authorizersRefused);
        meters.counter("homeport_authorizers_busy_total", authorizersBusy);
        meters.counter("homeport_mqtt_received_bytes_total", mqttReceivedBytes);
        meters.counter("homeport_mqtt_sent_bytes_total", mqttSentBytes);
        meters.counter("homeport_mqtt_received_packets_total", mqttReceivedPackets);
        meters.counter("homeport_mqtt_malformed_packets_total", mqttMalformed);
        meters.counter("homeport_mqtt_connect_timeouts_total", mqttConnectTimeouts);
        meters.counter("homeport_mqtt_keep_alive_timeouts_total", mqttKeepAliveTimeouts);
        meters.counter("homeport_mqtt_slow_consumers_total", mqttSlowConsumers);
        meters.counter("homeport_mqtt_slow_packets_total", mqttSlowPackets);
        meters.counter("homeport_mqtt_yields_total", mqttYields);
        meters.counter("homeport_http_requests_total", httpRequests);
        meters.counter("homeport_http_errors_total", httpErrors);
        meters.counter("homeport_http_rejected_total", httpRejected);
        meters.counter("homeport_http_malformed_total", httpMalformed);
        meters.counter("homeport_internal_errors_total", internalErrors);
        brokerMeters(meters, broker);
    }

    /// @param count how many TLS sessions were resumed by now
    void resumed(LongSupplier count) {
        resumed = count;
    }

    private static void brokerMeters(Registrar meters, Supplier<BrokerStatistics> broker) {
        meters.gauge("homeport_broker_connections", broker, BrokerStatistics::connections);
        meters.gauge("homeport_broker_sessions", broker, BrokerStatistics::sessions);
        meters.gauge("homeport_broker_subscriptions", broker, BrokerStatistics::subscriptions);
        meters.gauge(
                "homeport_broker_retained_messages", broker, BrokerStatistics::retainedMessages);
        meters.gauge("homeport_broker_queued_messages", broker, BrokerStatistics::queuedMessages);
        meters.counter(
                "homeport_broker_publishes_total", broker, BrokerStatistics::publishesReceived);
        meters.counter(
                "homeport_broker_deliveries_total", broker, BrokerStatistics::messagesDelivered);
        meters.counter("homeport_broker_drops_total", broker, BrokerStatistics::messagesDropped);
        meters.counter(
                "homeport_broker_publishes_slowed_total",
                broker,
                BrokerStatistics::publishesSlowed);
        meters.counter(
                "homeport_broker_publishes_sliced_total",
                broker,
                BrokerStatistics::publishesSliced);
        meters.counter(
                "homeport_broker_connects_accepted_total",
                broker,
                BrokerStatistics::connectsAccepted);
        meters.counter(
                "homeport_broker_connects_refused_total",
                broker,
                BrokerStatistics::connectsRefused);
        meters.counter(
                "homeport_broker_protocol_errors_total", broker, BrokerStatistics::protocolErrors);
        meters.counter("homeport_broker_denials_total", broker, BrokerStatistics::denials);
    }

    private record Registrar(MeterRegistry registry) {
        void gauge(String name, AtomicInteger value) {
            Gauge.builder(name, value, AtomicInteger::get)
                    .description(meaning(name))
                    .register(registry);
        }

        void gauge(
                String name,
                Supplier<BrokerStatistics> broker,
                ToLongFunction<BrokerStatistics> value) {
            Gauge.builder(name, broker, statistics -> value.applyAsLong(statistics.get()))
                    .description(meaning(name))
                    .strongReference(true)
                    .register(registry);
        }

        void counter(String name, LongAdder value) {
            FunctionCounter.builder(name, value, LongAdder::sum)
                    .description(meaning(name))
                    .register(registry);
        }

        void counter(String name, LongSupplier value) {
            FunctionCounter.builder(name, registry, _ -> value.getAsLong())
                    .description(meaning(name))
                    .register(registry);
        }

        void counter(
                String name,
                Supplier<BrokerStatistics> broker,
                ToLongFunction<BrokerStatistics> value) {
            // The registry holds the object weakly; the lambda keeps it.
            FunctionCounter.builder(name, registry, _ -> value.applyAsLong(broker.get()))
                    .description(meaning(name))
                    .register(registry);
        }

        private static String meaning(String name) {
            for (Description description : DESCRIPTIONS) {
                if (description.name().equals(name)) {
                    return description.meaning();
                }
            }
            throw new IllegalStateException(name + " isn't among the descriptions");
        }
    }
}
