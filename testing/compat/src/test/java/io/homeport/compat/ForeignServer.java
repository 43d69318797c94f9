package io.homeport.compat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Assumptions;

/// A server in Java that we did not write, in a process of its own on a port of loopback, with
/// libraries that another module has fetched for it.
final class ForeignServer implements AutoCloseable {
    /// Somebody else may take the free port before the server does, but not again and again.
    private static final int ATTEMPTS = 3;

    private final Process process;
    private final URI url;

    private ForeignServer(Process process, URI url) {
        this.process = process;
        this.url = url;
    }

    /// Starts one, or skips the test where its libraries were not fetched. What it prints is in
    /// `NAME.log` beside them.
    ///
    /// @param libraries the folder with its jars
    /// @param arguments for a port: options of the JVM, the main class, and what that is told
    static ForeignServer start(String name, Path libraries, IntFunction<List<String>> arguments)
            throws IOException {
        Assumptions.assumeTrue(
                Files.isDirectory(libraries), name + " was not fetched to " + libraries);
        Path log = libraries.resolveSibling(name + ".log");
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int port = freePort();
            List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
            command.addAll(List.of("-cp", libraries + "/*"));
            command.addAll(arguments.apply(port));
            Process process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(log.toFile())
                            .start();
            if (listens(name, process, port)) {
                return new ForeignServer(process, URI.create("http://127.0.0.1:" + port));
            }
        }
        throw new IOException(name + " ends without listening: " + Files.readString(log));
    }

    /// A port of loopback that nobody has at the moment.
    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Waits until the process listens or ends.
    private static boolean listens(String name, Process process, int port) {
        try {
            return Until.present(
                    name,
                    () ->
                            process.isAlive()
                                    ? Optional.of(true).filter(_ -> isOpen(port))
                                    : Optional.of(false));
        } catch (AssertionError e) {
            process.destroyForcibly();
            throw e;
        }
    }

    private static boolean isOpen(int port) {
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
