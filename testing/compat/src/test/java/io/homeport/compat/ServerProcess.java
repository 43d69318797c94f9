package io.homeport.compat;

import io.homeport.core.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.iot.IotClient;
import tools.jackson.databind.JsonNode;

/// The server as a process of its own, for tests that kill it.
final class ServerProcess implements AutoCloseable {
    private final Process process;
    private final JsonNode endpoints;

    private ServerProcess(Process process, JsonNode endpoints) {
        this.process = process;
        this.endpoints = endpoints;
    }

    /// Starts `homeport up` on free ports and returns once it prints that it is ready.
    static ServerProcess start(Path dataDir, String... flags) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of(
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.homeport.server.Main",
                        "up",
                        "--data-dir",
                        dataDir.toString(),
                        "--api-port",
                        "0",
                        "--mqtts-port",
                        "0",
                        "--https-port",
                        "0"));
        command.addAll(List.of(flags));
        Process process =
                new ProcessBuilder(command)
                        .redirectError(dataDir.resolve("server.log").toFile())
                        .start();
        BufferedReader out = process.inputReader();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith("ready in ")) {
                return new ServerProcess(
                        process,
                        Json.MAPPER.readTree(Files.readString(dataDir.resolve("endpoints.json"))));
            }
        }
        throw new IOException(
                "the server ended before it was ready:\n"
                        + Files.readString(dataDir.resolve("server.log")));
    }

    int port(String name) {
        return endpoints.get(name).asInt();
    }

    String apiUrl() {
        return endpoints.get("apiUrl").asString();
    }

    /// A client with credentials that no server knows.
    IotClient iot() {
        return IotClient.builder()
                .endpointOverride(URI.create(apiUrl()))
                .region(Region.US_EAST_1)
                .credentialsProvider(
                        StaticCredentialsProvider.create(AwsBasicCredentials.create("any", "any")))
                .httpClient(ApacheHttpClient.create())
                .build();
    }

    /// Ends the process at once, as `kill -9` does.
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
