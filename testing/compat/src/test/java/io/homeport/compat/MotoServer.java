package io.homeport.compat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;

/// Moto's server, which answers as many services of AWS do, where it is installed (`pip install
/// 'moto[server]'`).
final class MotoServer implements AutoCloseable {
    private static final Pattern ADDRESS =
            Pattern.compile("Running on (http://127\\.0\\.0\\.1:\\d+)");

    private final Process process;
    private final URI url;

    private MotoServer(Process process, URI url) {
        this.process = process;
        this.url = url;
    }

    /// Starts one on a free port, or skips the test.
    static MotoServer start() {
        Process process;
        try {
            process =
                    new ProcessBuilder("moto_server", "-H", "127.0.0.1", "-p", "0")
                            .redirectErrorStream(true)
                            .start();
        } catch (IOException e) {
            Assumptions.abort("moto_server is not installed: " + e.getMessage());
            throw new UncheckedIOException(e);
        }
        BufferedReader output = process.inputReader();
        try {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                Matcher matcher = ADDRESS.matcher(line);
                if (matcher.find()) {
                    // It blocks where nobody reads its log.
                    Thread.ofVirtual().start(() -> output.lines().forEach(_ -> {}));
                    return new MotoServer(process, URI.create(matcher.group(1)));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        process.destroy();
        throw new IllegalStateException("moto_server ended without listening");
    }

    URI url() {
        return url;
    }

    @Override
    public void close() {
        process.destroy();
    }
}
