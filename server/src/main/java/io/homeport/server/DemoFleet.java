package io.homeport.server;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttClientSslConfig;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.CreateCertificateFromCsrResponse;
import software.amazon.awssdk.services.iot.model.ResourceAlreadyExistsException;
import software.amazon.awssdk.services.iotdataplane.IotDataPlaneClient;

/// Twenty simulated devices. They are made through the server's own AWS API and connect as real
/// ones do: over mutual TLS, under a policy, with a client that isn't ours. Used by the demo's
/// thread; the devices run on the MQTT client's own.
final class DemoFleet implements AutoCloseable {
    static final int DEVICES = 20;

    private static final String POLICY = "demo-device";
    private static final char[] NO_PASSWORD = new char[0];

    private final Endpoints endpoints;
    private final IotClient iot;
    private final IotDataPlaneClient data;
    private final KeyStore trusted;
    private final List<Mqtt5AsyncClient> clients = new ArrayList<>();
    private final ScheduledExecutorService pace =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("demo-pace").factory());
    private final Random random = new Random();

    DemoFleet(HomeportServer server) throws GeneralSecurityException, IOException {
        endpoints = server.endpoints();
        AwsBasicCredentials key =
                AwsBasicCredentials.create(
                        server.administrator().accessKeyId(),
                        server.administrator().secretAccessKey());
        iot =
                IotClient.builder()
                        .endpointOverride(URI.create(endpoints.apiUrl()))
                        .region(Region.of(endpoints.region()))
                        .credentialsProvider(StaticCredentialsProvider.create(key))
                        .httpClient(UrlConnectionHttpClient.create())
                        .build();
        data =
                IotDataPlaneClient.builder()
                        .endpointOverride(URI.create(endpoints.apiUrl()))
                        .region(Region.of(endpoints.region()))
                        .credentialsProvider(StaticCredentialsProvider.create(key))
                        .httpClient(UrlConnectionHttpClient.create())
                        .build();
        trusted = emptyKeyStore();
        int number = 0;
        for (Certificate ca : certificates(Files.readString(endpoints.caFile()))) {
            trusted.setCertificateEntry("ca" + number++, ca);
        }
    }

    static String nameOf(int device) {
        return "demo-%02d".formatted(device);
    }

    /// Makes the policy that all devices share: each may connect as itself, publish below its own
    /// topics, and hear its own commands.
    void createPolicy() {
        String prefix = "arn:aws:iot:" + endpoints.region() + ":" + endpoints.accountId() + ":";
        String document =
                """
                {"Version": "2012-10-17", "Statement": [
                  {"Effect": "Allow", "Action": "iot:Connect",
                   "Resource": "PREFIXclient/${iot:Connection.Thing.ThingName}"},
                  {"Effect": "Allow", "Action": "iot:Publish", "Resource": [
                    "PREFIXtopic/demo/${iot:Connection.Thing.ThingName}/telemetry",
                    "PREFIXtopic/demo/${iot:Connection.Thing.ThingName}/answer"]},
                  {"Effect": "Allow", "Action": "iot:Subscribe",
                   "Resource": "PREFIXtopicfilter/demo/${iot:Connection.Thing.ThingName}/command"},
                  {"Effect": "Allow", "Action": "iot:Receive",
                   "Resource": "PREFIXtopic/demo/${iot:Connection.Thing.ThingName}/command"}]}
                """
                        .replace("PREFIX", prefix);
        try {
            iot.createPolicy(r -> r.policyName(POLICY).policyDocument(document));
        } catch (ResourceAlreadyExistsException e) {
            // The last demo in this data directory made it.
        }
    }

    /// Makes a thing with a certificate and connects it.
    void connect(int device) throws GeneralSecurityException, IOException {
        String name = nameOf(device);
        iot.createThing(r ->
                r.thingName(name)
                        .attributePayload(
                                a -> a.attributes(java.util.Map.of("room", "r" + device % 5))));
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair keys = generator.generateKeyPair();
        CreateCertificateFromCsrResponse certificate =
                iot.createCertificateFromCsr(r ->
                        r.certificateSigningRequest(DemoSigningRequest.request(name, keys))
                                .setAsActive(true));
        iot.attachPolicy(r -> r.policyName(POLICY).target(certificate.certificateArn()));
        iot.attachThingPrincipal(r -> r.thingName(name).principal(certificate.certificateArn()));
        Mqtt5AsyncClient client =
                MqttClient.builder()
                        .useMqttVersion5()
                        .identifier(name)
                        .serverHost("localhost")
                        .serverPort(endpoints.mqttsPort())
                        .sslConfig(tls(keys, certificate.certificatePem()))
                        .automaticReconnectWithDefaultConfig()
                        .buildAsync();
        clients.add(client);
        client.publishes(MqttGlobalPublishFilter.ALL, command -> answer(client, name, command));
        client.connect()
                .thenCompose(connected ->
                        client.subscribeWith()
                                .topicFilter("demo/" + name + "/command")
                                .qos(MqttQos.AT_LEAST_ONCE)
                                .send())
                .join();
        int phase = random.nextInt(1000);
        pace.scheduleAtFixedRate(
                () -> publishTelemetry(client, name), phase, 1000, TimeUnit.MILLISECONDS);
    }

    /// Sends a command to a device chosen by chance, through the AWS API as an application would.
    void sendCommand() {
        String name = nameOf(1 + random.nextInt(DEVICES));
        data.publish(r ->
                r.topic("demo/" + name + "/command")
                        .qos(1)
                        .payload(SdkBytes.fromUtf8String("{\"command\":\"blink\"}")));
    }

    private void publishTelemetry(Mqtt5AsyncClient client, String name) {
        if (!client.getState().isConnected()) {
            return;
        }
        double temperature = 20 + 5 * Math.sin(System.nanoTime() / 6e10) + random.nextGaussian();
        String payload =
                "{\"device\":\"%s\",\"temperature\":%.2f,\"battery\":%d}"
                        .formatted(name, temperature, 60 + random.nextInt(40));
        client.publish(
                Mqtt5Publish.builder()
                        .topic("demo/" + name + "/telemetry")
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .payload(payload.getBytes(StandardCharsets.UTF_8))
                        .build());
    }

    private static void answer(Mqtt5AsyncClient client, String name, Mqtt5Publish command) {
        String asked = new String(command.getPayloadAsBytes(), StandardCharsets.UTF_8);
        client.publish(
                Mqtt5Publish.builder()
                        .topic("demo/" + name + "/answer")
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .payload(("{\"done\":" + asked + "}").getBytes(StandardCharsets.UTF_8))
                        .build());
    }

    private MqttClientSslConfig tls(KeyPair keys, String certificatePem)
            throws GeneralSecurityException, IOException {
        KeyStore own = emptyKeyStore();
        own.setKeyEntry(
                "device",
                keys.getPrivate(),
                NO_PASSWORD,
                certificates(certificatePem).toArray(new Certificate[0]));
        KeyManagerFactory identity =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        identity.init(own, NO_PASSWORD);
        TrustManagerFactory trust =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        return MqttClientSslConfig.builder()
                .keyManagerFactory(identity)
                .trustManagerFactory(trust)
                .build();
    }

    private static KeyStore emptyKeyStore() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, NO_PASSWORD);
        return store;
    }

    private static List<Certificate> certificates(String pem) throws GeneralSecurityException {
        return List.copyOf(
                CertificateFactory.getInstance("X.509")
                        .generateCertificates(
                                new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8))));
    }

    @Override
    public void close() {
        pace.shutdownNow();
        CompletableFuture<?>[] gone =
                clients.stream()
                        .filter(client -> client.getState().isConnected())
                        .map(Mqtt5AsyncClient::disconnect)
                        .toArray(CompletableFuture[]::new);
        try {
            CompletableFuture.allOf(gone).get(3, TimeUnit.SECONDS);
        } catch (java.util.concurrent.ExecutionException
                | java.util.concurrent.TimeoutException e) {
            // The server goes down next and takes the connections with it.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        iot.close();
        data.close();
    }
}
