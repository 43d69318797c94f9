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

/// S3Proxy in a process of its own, with the libraries that the module testing/s3proxy has fetched.
/// It keeps objects in memory and checks signatures.
final class S3Proxy implements AutoCloseable {
    static final String IDENTITY = "identity";
    static final String SECRET = "secret";

    private final Process process;
    private final Path properties;
    private final URI url;

    private S3Proxy(Process process, Path properties, URI url) {
        this.process = process;
        this.properties = properties;
        this.url = url;
    }

    /// Starts one, or skips the test where it was not fetched.
    static S3Proxy start() throws IOException {
        Path libraries = Path.of("..", "s3proxy", "target", "libraries").toAbsolutePath();
        Assumptions.assumeTrue(
                Files.isDirectory(libraries), "S3Proxy was not fetched to " + libraries);
        Path properties = Files.createTempFile("s3proxy", ".properties");
        while (true) {
            int port = freePort();
            URI url = URI.create("http://127.0.0.1:" + port);
            Files.writeString(
                    properties,
                    """
                    s3proxy.endpoint=%s
                    s3proxy.authorization=aws-v4
                    s3proxy.identity=%s
                    s3proxy.credential=%s
                    jclouds.provider=transient-nio2
                    jclouds.identity=unused
                    jclouds.credential=unused
                    """
                            .formatted(url, IDENTITY, SECRET));
            Process process =
                    new ProcessBuilder(
                                    Path.of(System.getProperty("java.home"), "bin", "java")
                                            .toString(),
                                    "-XX:+UseSerialGC",
                                    "-XX:TieredStopAtLevel=1",
                                    "-cp",
                                    libraries + "/*",
                                    "org.gaul.s3proxy.Main",
                                    "--properties",
                                    properties.toString())
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            boolean up =
                    Until.present(
                            "S3Proxy",
                            () ->
                                    process.isAlive()
                                            ? Optional.of(true).filter(_ -> listens(port))
                                            : Optional.of(false));
            if (up) {
                return new S3Proxy(process, properties, url);
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
    public void close() throws IOException {
        process.destroy();
        Files.delete(properties);
    }
}
