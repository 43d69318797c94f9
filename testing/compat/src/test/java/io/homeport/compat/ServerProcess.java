package io.homeport.compat;

import io.homeport.core.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.iot.IotClient;
import tools.jackson.databind.JsonNode;

/// The server as a process of its own, for tests that kill it or bound what it may use.
public final class ServerProcess implements AutoCloseable {
    private final Process process;
    private final Path log;
    private final JsonNode endpoints;

    private ServerProcess(Process process, Path log, JsonNode endpoints) {
        this.process = process;
        this.log = log;
        this.endpoints = endpoints;
    }

    /// Starts `homeport up` on free ports and returns once it prints that it is ready.
    public static ServerProcess start(Path dataDir, String... flags) throws IOException {
        return start(List.of(), dataDir, flags);
    }

    /// The same with flags for its JVM, such as `-Xmx200m`.
    public static ServerProcess start(List<String> jvmFlags, Path dataDir, String... flags)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:+UseSerialGC");
        if (jvmFlags.stream().noneMatch(flag -> flag.startsWith("-XX:TieredStopAtLevel"))) {
            command.add("-XX:TieredStopAtLevel=1");
        }
        command.addAll(jvmFlags);
        command.addAll(
                List.of(
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.homeport.server.Main"));
        return launch(command, dataDir, flags);
    }

    /// Starts the server as its users do: from its jar, by the start script, with what that tells
    /// the JVM. The module `server` has to be packaged.
    public static ServerProcess startByScript(Path dataDir, String... flags) throws IOException {
        Path script = Path.of("..", "..", "homeport").toAbsolutePath().normalize();
        return launch(List.of(script.toString()), dataDir, flags);
    }

    private static ServerProcess launch(List<String> program, Path dataDir, String... flags)
            throws IOException {
        List<String> command = new ArrayList<>(program);
        command.addAll(
                List.of(
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
        Path log = dataDir.resolve("server.log");
        Process process = new ProcessBuilder(command).redirectError(log.toFile()).start();
        BufferedReader out = process.inputReader();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith("ready in ")) {
                return new ServerProcess(
                        process,
                        log,
                        Json.MAPPER.readTree(Files.readString(dataDir.resolve("endpoints.json"))));
            }
        }
        throw new IOException("the server ended before it was ready:\n" + Files.readString(log));
    }

    /// Starts one with 200 MiB of heap, whose plain listener and API let anybody in, and which ends
    /// where its heap isn't enough.
    public static ServerProcess startSmall(Path dataDir) throws IOException {
        return start(
                List.of("-Xmx200m", "-XX:+ExitOnOutOfMemoryError"),
                dataDir,
                "--mqtt-port",
                "0",
                "--anonymous",
                "--any-credentials");
    }

    public int port(String name) {
        return endpoints.get(name).asInt();
    }

    /// The CA that its certificate comes from, as a PEM file.
    public Path caFile() {
        return Path.of(endpoints.get("caFile").asString());
    }

    public String apiUrl() {
        return text("apiUrl");
    }

    /// A member of `endpoints.json`.
    public String text(String name) {
        return endpoints.get(name).asString();
    }

    /// A client with credentials that no server knows.
    public IotClient iot() {
        return IotClient.builder()
                .endpointOverride(URI.create(apiUrl()))
                .region(Region.US_EAST_1)
                .credentialsProvider(
                        StaticCredentialsProvider.create(AwsBasicCredentials.create("any", "any")))
                .httpClient(ApacheHttpClient.create())
                .build();
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /// All memory of the process: heap, network buffers, RocksDB, code.
    public long residentBytes() throws IOException {
        return Files.readAllLines(Path.of("/proc", "" + pid(), "status")).stream()
                        .filter(line -> line.startsWith("VmRSS:"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                        .sum()
                * 1024;
    }

    /// What the process has had of processors so far.
    public Duration processorTime() {
        return process.info().totalCpuDuration().orElseThrow();
    }

    /// What this run has logged so far.
    public String log() throws IOException {
        return Files.readString(log);
    }

    /// Reads a page of the API port.
    public HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(URI.create(apiUrl() + path)).build());
    }

    /// Posts to a page of the API port.
    public HttpResponse<String> post(String path, String body)
            throws IOException, InterruptedException {
        return send(
                HttpRequest.newBuilder(URI.create(apiUrl() + path))
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build());
    }

    /// The value of a meter without labels, by its name in `docs/metrics.md`.
    public long metric(String name) throws IOException, InterruptedException {
        return get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no meter " + name));
    }

    private static HttpResponse<String> send(HttpRequest request)
            throws IOException, InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        }
    }

    /// Ends the process at once, as `kill -9` does.
    public void kill() throws InterruptedException {
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
