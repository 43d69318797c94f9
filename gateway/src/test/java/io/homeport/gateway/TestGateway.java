package io.homeport.gateway;

import io.homeport.core.AccountId;
import io.homeport.mqtt.MqttLimits;
import io.homeport.testkit.SimTimers;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;

/// A gateway on free loopback ports with echoing neighbours.
final class TestGateway implements AutoCloseable {
    /// Small enough for tests to break.
    static final GatewayLimits LIMITS = limits(Duration.ofSeconds(20));

    /// For tests of what happens when time is over.
    static final GatewayLimits IMPATIENT = limits(Duration.ofMillis(600));

    /// A server name that isn't served.
    static final String UNSERVED = "elsewhere.example";

    static {
        LeakWatch.install();
    }

    final EchoBroker broker = new EchoBroker();
    final EchoDoor door = new EchoDoor();
    final TestAuthorizers authorizers = new TestAuthorizers();
    final SimTimers timers = new SimTimers();
    final TestDirectory directory = new TestDirectory();
    final Explanations explanations = new Explanations(System::currentTimeMillis);
    final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    final TestAuthority.Credential server;
    final Gateway gateway;
    final GatewayPorts ports;

    private static GatewayLimits limits(Duration timeouts) {
        return new GatewayLimits(
                64,
                64,
                16,
                timeouts,
                timeouts,
                Duration.ofSeconds(5),
                4096,
                new MqttLimits(256 * 1024, 16, 16, 16),
                16 * 1024,
                64 * 1024,
                4 * 1024 * 1024,
                64 * 1024,
                8 * 1024,
                2,
                timeouts,
                Duration.ofSeconds(20),
                Duration.ofHours(24));
    }

    TestGateway() throws Exception {
        this(LIMITS, true);
    }

    TestGateway(GatewayLimits limits, boolean anonymous) throws Exception {
        this(limits, anonymous, "127.0.0.1");
    }

    TestGateway(GatewayLimits limits, boolean anonymous, String apiAddress) throws Exception {
        server = TestAuthority.credential("localhost");
        TlsMaterial material = new TlsMaterial(server.certificatePem(), server.keyPem());
        gateway =
                new Gateway(
                        new GatewaySettings(
                                apiAddress,
                                0,
                                "127.0.0.1",
                                0,
                                0,
                                "127.0.0.1",
                                0,
                                anonymous,
                                1,
                                AccountId.DEFAULT,
                                "us-east-1",
                                limits),
                        new Gateway.Seams(
                                broker,
                                door,
                                directory,
                                authorizers,
                                name -> UNSERVED.equals(name) ? null : material,
                                System::currentTimeMillis,
                                timers,
                                registry,
                                explanations,
                                new EventLog()));
        ports = gateway.start();
    }

    /// TLS sessions that tickets resumed.
    double resumed() {
        return registry.get("homeport_tls_resumed_total").functionCounter().count();
    }

    RawClient plain() throws Exception {
        return RawClient.to(ports.mqtt());
    }

    RawClient api() throws Exception {
        return RawClient.to(ports.api());
    }

    @Override
    public void close() {
        door.slowMayEnd.countDown();
        gateway.stop(Duration.ofMillis(100));
        LeakWatch.check();
    }
}
