package io.homeport.compat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/// AWS's DynamoDB Local in a process of its own, with the libraries that the module
/// testing/receivers has fetched.
final class DynamoDbLocal implements AutoCloseable {
    private final Process process;
    private final URI url;

    private DynamoDbLocal(Process process, URI url) {
        this.process = process;
        this.url = url;
    }

    /// Starts one with its tables in memory, or skips the test where it was not fetched.
    static DynamoDbLocal start() throws IOException {
        Path libraries = Path.of("..", "receivers", "target", "dynamodb").toAbsolutePath();
        Assumptions.assumeTrue(
                Files.isDirectory(libraries), "DynamoDB Local was not fetched to " + libraries);
        while (true) {
            int port = freePort();
            Process process =
                    new ProcessBuilder(
                                    Path.of(System.getProperty("java.home"), "bin", "java")
                                            .toString(),
                                    "-XX:+UseSerialGC",
                                    "-XX:TieredStopAtLevel=1",
                                    "--enable-native-access=ALL-UNNAMED",
                                    "-Dsqlite4java.library.path=" + libraries,
                                    "-cp",
                                    libraries + "/*",
                                    "com.amazonaws.services.dynamodbv2.local.main.ServerRunner",
                                    "-inMemory",
                                    "-disableTelemetry",
                                    "-port",
                                    Integer.toString(port))
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            boolean up =
                    Until.present(
                            "DynamoDB Local",
                            () ->
                                    process.isAlive()
                                            ? Optional.of(true).filter(_ -> listens(port))
                                            : Optional.of(false));
            if (up) {
                return new DynamoDbLocal(process, URI.create("http://127.0.0.1:" + port));
            }
            // Somebody else took the port meanwhile.
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static boolean listens(int port) {
        try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    URI url() {
        return url;
    }

    @Override
    public void close() {
        process.destroy();
    }
}
