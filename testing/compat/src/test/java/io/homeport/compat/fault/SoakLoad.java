package io.homeport.compat.fault;

import io.homeport.compat.ServerProcess;
import io.homeport.compat.Tls;
import io.homeport.compat.conformance.Packets;
import io.homeport.core.MessageProperties;
import io.homeport.mqtt.MqttPacket;
import io.homeport.mqtt.MqttPacket.PubAck;
import io.homeport.mqtt.MqttPacket.Publish;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.CreateKeysAndCertificateResponse;
import software.amazon.awssdk.services.iotdataplane.IotDataPlaneClient;

/// What a server has to do on an ordinary day, at a few thousand messages per second: steady flows
/// at every QoS, plain and over TLS, and clients of every kind that come and go. Client ids, topics
/// and things come from bounded sets, so that whatever grows is the server's own doing.
final class SoakLoad implements AutoCloseable {
    static final byte[] DISCONNECT = {(byte) 0xE0, 0};

    private static final int NAMES = 300;
    private static final long QUIET_SECONDS = 20;

    private final ServerProcess server;
    private final int port;
    private final Path directory;
    private final IotClient iot;
    private final IotDataPlaneClient data;
    private final List<SoakFlow> flows = new ArrayList<>();
    private final Queue<String> problems = new ConcurrentLinkedQueue<>();
    private final AtomicLong delivered = new AtomicLong();
    private final Random random = new Random(1);
    private volatile boolean stopping;

    /// Opens a connection without CONNECT.
    interface Dial {
        Wire open(MqttVersion version) throws IOException;
    }

    /// Work of a thread.
    interface Work {
        void run() throws IOException, InterruptedException;
    }

    SoakLoad(ServerProcess server, Path directory) {
        this.server = server;
        this.port = server.port("mqttPort");
        this.directory = directory;
        this.iot = server.iot();
        this.data =
                IotDataPlaneClient.builder()
                        .endpointOverride(URI.create(server.apiUrl()))
                        .region(Region.US_EAST_1)
                        .credentialsProvider(
                                StaticCredentialsProvider.create(
                                        AwsBasicCredentials.create("any", "any")))
                        .httpClient(ApacheHttpClient.create())
                        .build();
    }

    void start() throws IOException {
        Path certificate = directory.resolve("soak.pem");
        Path key = directory.resolve("soak.key");
        CreateKeysAndCertificateResponse created =
                iot.createKeysAndCertificate(r -> r.setAsActive(true));
        iot.createPolicy(r ->
                r.policyName("soak")
                        .policyDocument(
                                "{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\":"
                                        + " \"Allow\", \"Action\": \"iot:*\", \"Resource\":"
                                        + " \"*\"}]}"));
        iot.attachPolicy(r -> r.policyName("soak").target(created.certificateArn()));
        Files.writeString(certificate, created.certificatePem());
        Files.writeString(key, created.keyPair().privateKey());
        Path ca = Path.of(server.text("caFile"));
        SSLContext resuming = Tls.context(ca, certificate, key);
        Dial plain = version -> Wire.open(port, version, 0);
        Dial tls = version -> tls(resuming, version);

        // 2,000 messages per second.
        flow(plain, Qos.AT_MOST_ONCE, 5);
        flow(plain, Qos.AT_MOST_ONCE, 3);
        flow(tls, Qos.AT_MOST_ONCE, 2);
        flow(plain, Qos.AT_LEAST_ONCE, 4);
        flow(plain, Qos.AT_LEAST_ONCE, 2);
        flow(tls, Qos.AT_LEAST_ONCE, 1);
        flow(plain, Qos.EXACTLY_ONCE, 1);
        flow(plain, Qos.EXACTLY_ONCE, 1);
        flow(tls, Qos.EXACTLY_ONCE, 1);
        for (SoakFlow flow : flows) {
            flow.start();
        }
        every(150, "visits", this::visit);
        every(300, "takes over", this::takeOver);
        every(400, "TLS resuming", () -> visit("resuming", tls));
        every(700, "TLS anew", () -> visit("anew", v -> tls(Tls.context(ca, certificate, key), v)));
        every(400, "wills", this::leaveWill);
        every(100, "retains", this::retain);
        every(500, "expires", this::expire);
        every(2_000, "stops reading", this::stopReading);
        every(1_000, "malformed", this::malformed);
        every(300, "HTTP publish", this::publishOverHttp);
        every(700, "things", this::things);
        every(60_000, "certificates", this::certificates);
    }

    private void flow(Dial dial, Qos qos, int perTick) {
        flows.add(new SoakFlow(this, dial, qos, flows.size(), perTick));
    }

    private Wire tls(SSLContext context, MqttVersion version) throws IOException {
        return Wire.over(
                context.getSocketFactory()
                        .createSocket(InetAddress.getLoopbackAddress(), server.port("mqttsPort")),
                version);
    }

    // Everyday clients; each call is one visit.

    private void visit() throws IOException {
        visit("visitor", version -> Wire.open(port, version, 0));
    }

    /// One at a time under a name, or they would take the session from each other.
    private void visit(String who, Dial dial) throws IOException {
        MqttVersion version = next(2) == 0 ? MqttVersion.MQTT_5 : MqttVersion.MQTT_3_1_1;
        String name = who + next(NAMES);
        try (Wire wire = dial.open(version)) {
            wire.connect(Packets.clean(version, name));
            wire.subscribe("visit/" + name + "/#", Qos.AT_LEAST_ONCE);
            wire.send(Packets.publish("visit/" + name + "/x", name, Qos.AT_LEAST_ONCE, 7));
            await(wire, Publish.class);
            wire.send(Packets.unsubscribe(8, "visit/" + name + "/#"));
            await(wire, MqttPacket.UnsubAck.class);
            if (next(2) == 0) {
                wire.sendBytes(DISCONNECT);
            }
        }
    }

    /// A persistent session that the next visit takes from the connection before it.
    private void takeOver() throws IOException {
        String name = "taken" + next(10);
        Wire old = Wire.open(port);
        old.connect(Packets.lasting(MqttVersion.MQTT_5, name));
        old.subscribe("taken/" + name, Qos.AT_LEAST_ONCE);
        try (Wire taking = Wire.open(port)) {
            taking.connect(Packets.lasting(MqttVersion.MQTT_5, name));
            for (MqttPacket last = old.read(); last != null; last = old.read()) {
                delivered.incrementAndGet();
            }
            taking.sendBytes(DISCONNECT);
        } finally {
            old.close();
        }
    }

    private void leaveWill() throws IOException {
        String name = "leaving" + next(NAMES);
        try (Wire wire = Wire.open(port)) {
            wire.connect(
                    Packets.with(
                            Packets.lasting(MqttVersion.MQTT_5, name),
                            Packets.will(
                                    "will/" + next(50),
                                    Qos.AT_LEAST_ONCE,
                                    next(4) == 0,
                                    next(3),
                                    MessageProperties.NONE)));
        }
    }

    private void retain() throws IOException {
        try (Wire wire = Wire.connected(port, "retainer")) {
            for (int i = 1; i <= 5; i++) {
                String payload = next(3) == 0 ? "" : "x".repeat(1 + next(2_000));
                wire.send(Packets.retained("kept/" + next(NAMES), payload, Qos.AT_LEAST_ONCE, i));
                wire.read(PubAck.class);
            }
            wire.sendBytes(DISCONNECT);
        }
    }

    /// A session of some seconds, with messages that wait in it when it ends.
    private void expire() throws IOException {
        String name = "expiring" + next(NAMES);
        try (Wire wire = Wire.open(port)) {
            wire.connect(
                    Packets.with(
                            Packets.fresh(MqttVersion.MQTT_5, name),
                            Packets.properties(1L + next(20), null, null, null)));
            wire.subscribe("expire/" + name, Qos.AT_LEAST_ONCE);
        }
        try (Wire wire = Wire.connected(port, "expirer")) {
            for (int i = 1; i <= 20; i++) {
                wire.send(Packets.publish("expire/" + name, "x".repeat(500), Qos.AT_LEAST_ONCE, i));
                wire.read(PubAck.class);
            }
            wire.sendBytes(DISCONNECT);
        }
    }

    /// A subscriber that doesn't read what is sent to it, and goes.
    private void stopReading() throws IOException {
        try (Wire stuck = Wire.open(port, MqttVersion.MQTT_5, 4096);
                Wire publisher = Wire.connected(port, "stuffing")) {
            stuck.connect(Packets.clean(MqttVersion.MQTT_5, "stuck"));
            stuck.subscribe("stuck", Qos.AT_LEAST_ONCE);
            for (int i = 1; i <= 50; i++) {
                Qos qos = i % 2 == 0 ? Qos.AT_MOST_ONCE : Qos.AT_LEAST_ONCE;
                publisher.send(Packets.publish("stuck", "x".repeat(10_000), qos, i));
                if (qos == Qos.AT_LEAST_ONCE) {
                    publisher.read(PubAck.class);
                }
            }
        }
    }

    private void malformed() throws IOException {
        try (Wire wire = Wire.open(port)) {
            if (next(2) == 0) {
                wire.connect(Packets.clean(MqttVersion.MQTT_5, "malformed"));
            }
            wire.sendBytes(new byte[] {0x36, 5, 0, 1, 'a', 0, 0});
            for (MqttPacket last = wire.read(); last != null; last = wire.read()) {
                // DISCONNECT, then the end.
            }
        }
    }

    private void publishOverHttp() {
        data.publish(r ->
                r.topic("http/" + next(NAMES))
                        .qos(1)
                        .retain(next(10) == 0)
                        .payload(SdkBytes.fromUtf8String("hello")));
        data.listRetainedMessages(r -> r.maxResults(20));
    }

    private void things() {
        String name = "thing" + next(NAMES);
        // The same attributes, so that a thing that is there already is no conflict.
        iot.createThing(
                r -> r.thingName(name).attributePayload(p -> p.attributes(Map.of("a", "1"))));
        iot.describeThing(r -> r.thingName(name));
        iot.updateThing(
                r -> r.thingName(name).attributePayload(p -> p.attributes(Map.of("a", "1"))));
        iot.listThings(r -> r.maxResults(50));
        if (next(4) > 0) {
            iot.deleteThing(r -> r.thingName(name));
        }
    }

    private void certificates() {
        CreateKeysAndCertificateResponse created =
                iot.createKeysAndCertificate(r -> r.setAsActive(false));
        iot.attachPolicy(r -> r.policyName("soak").target(created.certificateArn()));
        iot.detachPolicy(r -> r.policyName("soak").target(created.certificateArn()));
        iot.deleteCertificate(r -> r.certificateId(created.certificateId()));
    }

    private void await(Wire wire, Class<? extends MqttPacket> type) throws IOException {
        for (MqttPacket packet = wire.read(); !type.isInstance(packet); packet = wire.read()) {
            if (packet == null) {
                throw new IOException("the connection ended before a " + type.getSimpleName());
            }
        }
        delivered.incrementAndGet();
    }

    private int next(int bound) {
        synchronized (random) {
            return random.nextInt(bound);
        }
    }

    // The machinery

    void every(long millis, String name, Work work) {
        thread(
                name,
                () -> {
                    long due = System.nanoTime();
                    while (!stopping) {
                        work.run();
                        due += TimeUnit.MILLISECONDS.toNanos(millis);
                        long wait = due - System.nanoTime();
                        if (wait > 0) {
                            LockSupport.parkNanos(wait);
                        } else {
                            // No rush to catch up.
                            due = System.nanoTime();
                        }
                    }
                });
    }

    void thread(String name, Work work) {
        Thread.ofVirtual()
                .name(name)
                .start(() -> {
                    try {
                        work.run();
                    } catch (IOException
                            | InterruptedException
                            | RuntimeException
                            | AssertionError e) {
                        report(name + ": " + e);
                    }
                });
    }

    private void report(String problem) {
        if (!stopping) {
            problems.add(problem);
        }
    }

    /// A connection that should have gone on.
    void ended(String name) {
        report(name + ": the connection ended");
    }

    void count() {
        delivered.incrementAndGet();
    }

    long delivered() {
        return delivered.get();
    }

    List<String> problems() {
        return List.copyOf(problems);
    }

    /// Waits for so long, or until there is a problem.
    void runsFor(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end && problems.isEmpty()) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
        }
    }

    /// Ends the flows once everything that was sent above QoS 0 has come.
    void stop() {
        flows.forEach(SoakFlow::stopSending);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(QUIET_SECONDS);
        while (flows.stream().anyMatch(flow -> flow.missing() != 0) && System.nanoTime() < end) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
        for (SoakFlow flow : flows) {
            if (flow.missing() != 0) {
                report(flow.missing() + " messages of a flow have not come");
            }
        }
        stopping = true;
    }

    @Override
    public void close() {
        stopping = true;
        iot.close();
        data.close();
    }
}
