package io.homeport.compat;

import io.homeport.server.Endpoints;
import io.homeport.server.HomeportServer;
import io.homeport.server.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.CreateKeysAndCertificateResponse;
import software.amazon.awssdk.services.iotdataplane.IotDataPlaneClient;

/// A real server on free ports with its state in a temporary folder.
final class TestServer implements AutoCloseable {
    static final String ALLOW_ALL =
            """
            {"Version": "2012-10-17",
             "Statement": [{"Effect": "Allow", "Action": "iot:*", "Resource": "*"}]}
            """;

    private final Path directory;
    private final HomeportServer server;

    private TestServer(Path directory, HomeportServer server) {
        this.directory = directory;
        this.server = server;
    }

    static TestServer start() {
        return start(settings -> settings);
    }

    static TestServer start(UnaryOperator<Settings> change) {
        try {
            Path directory = Files.createTempDirectory("homeport-compat");
            return new TestServer(
                    directory,
                    HomeportServer.start(change.apply(Settings.forTests(directory))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Endpoints endpoints() {
        return server.endpoints();
    }

    Path directory() {
        return directory;
    }

    StaticCredentialsProvider credentials() {
        return StaticCredentialsProvider.create(
                AwsBasicCredentials.create(
                        server.administrator().accessKeyId(),
                        server.administrator().secretAccessKey()));
    }

    IotClient iot() {
        return IotClient.builder()
                .endpointOverride(URI.create(endpoints().apiUrl()))
                .region(Region.of(endpoints().region()))
                .credentialsProvider(credentials())
                .httpClient(UrlConnectionHttpClient.create())
                .build();
    }

    IotDataPlaneClient iotData() {
        return IotDataPlaneClient.builder()
                .endpointOverride(URI.create(endpoints().apiUrl()))
                .region(Region.of(endpoints().region()))
                .credentialsProvider(credentials())
                .httpClient(UrlConnectionHttpClient.create())
                .build();
    }

    /// A new active certificate with a policy of the given document, its PEM files written to the
    /// server's folder.
    Device device(String name, String policyDocument) {
        try (IotClient iot = iot()) {
            CreateKeysAndCertificateResponse created =
                    iot.createKeysAndCertificate(r -> r.setAsActive(true));
            iot.createPolicy(r -> r.policyName(name).policyDocument(policyDocument));
            iot.attachPolicy(r -> r.policyName(name).target(created.certificateArn()));
            Path certificate = directory.resolve(name + ".pem");
            Path key = directory.resolve(name + ".key");
            Files.writeString(certificate, created.certificatePem());
            Files.writeString(key, created.keyPair().privateKey());
            return new Device(
                    created.certificateId(), created.certificateArn(), certificate, key);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A certificate with its files.
    record Device(String certificateId, String certificateArn, Path certificate, Path key) {}

    @Override
    public void close() {
        server.stop(Duration.ofSeconds(2));
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(
                            path -> {
                                try {
                                    Files.delete(path);
                                } catch (IOException e) {
                                    throw new UncheckedIOException(e);
                                }
                            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
