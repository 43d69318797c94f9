package io.homeport.compat;

import io.homeport.core.Json;
import io.homeport.server.Endpoints;
import io.homeport.server.HomeportServer;
import io.homeport.server.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.CreateKeysAndCertificateResponse;
import software.amazon.awssdk.services.iotdataplane.IotDataPlaneClient;

/// A real server on free ports with its state in a temporary folder.
public final class TestServer implements AutoCloseable {
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

    public static TestServer start() {
        return start(settings -> settings);
    }

    public static TestServer start(UnaryOperator<Settings> change) {
        try {
            Path directory = Files.createTempDirectory("homeport-compat");
            return new TestServer(
                    directory, HomeportServer.start(change.apply(Settings.forTests(directory))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Endpoints endpoints() {
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
        return iot(credentials());
    }

    IotClient iot(StaticCredentialsProvider credentials) {
        return IotClient.builder()
                .endpointOverride(URI.create(endpoints().apiUrl()))
                .region(Region.of(endpoints().region()))
                .credentialsProvider(credentials)
                .httpClient(ApacheHttpClient.create())
                .build();
    }

    IotDataPlaneClient iotData() {
        return IotDataPlaneClient.builder()
                .endpointOverride(URI.create(endpoints().apiUrl()))
                .region(Region.of(endpoints().region()))
                .credentialsProvider(credentials())
                .httpClient(ApacheHttpClient.create())
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
            return new Device(created.certificateId(), created.certificateArn(), certificate, key);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Moves the server's clock forward.
    ///
    /// @return what it shows then
    public Instant advance(Duration by) {
        HttpResponse<String> answer = post("/_homeport/clock", "{\"advance\": \"" + by + "\"}");
        if (answer.statusCode() != 200) {
            throw new IllegalStateException(answer.body());
        }
        return Instant.parse(Json.MAPPER.readTree(answer.body()).get("now").asString());
    }

    /// Calls one of the operator's pages.
    HttpResponse<String> post(String path, String body) {
        return operator("POST", path, body);
    }

    /// Calls one of the operator's pages.
    HttpResponse<String> operator(String method, String path, String body) {
        return send(
                HttpRequest.newBuilder(URI.create(endpoints().apiUrl() + path))
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build());
    }

    /// Reads one of the operator's pages.
    HttpResponse<String> get(String path) {
        return send(HttpRequest.newBuilder(URI.create(endpoints().apiUrl() + path)).build());
    }

    private static HttpResponse<String> send(HttpRequest request) {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /// A policy that allows to connect with any client id, and the given actions on the given
    /// resources.
    ///
    /// @param rules pairs such as `iot:Publish`, `topic/a`
    String policy(String... rules) {
        StringBuilder statements = new StringBuilder();
        for (int i = 0; i < rules.length; i += 2) {
            statements.append(
                    ", {\"Effect\": \"Allow\", \"Action\": \"%s\", \"Resource\": \"%s\"}"
                            .formatted(rules[i], arn(rules[i + 1])));
        }
        return """
        {"Version": "2012-10-17", "Statement": [
          {"Effect": "Allow", "Action": "iot:Connect", "Resource": "*"}%s]}
        """
                .formatted(statements);
    }

    /// The ARN of a resource of AWS IoT such as `thing/lamp`.
    String arn(String resource) {
        return "arn:aws:iot:%s:%s:%s"
                .formatted(endpoints().region(), endpoints().accountId(), resource);
    }

    /// A certificate with its files.
    record Device(String certificateId, String certificateArn, Path certificate, Path key) {}

    @Override
    public void close() {
        server.stop(Duration.ofSeconds(2));
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(path -> {
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
