package io.homeport.compat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/// Runs a foreign client that is a program.
final class Program {
    private static final long SECONDS = 60;

    private Program() {}

    /// Starts the program and waits for its end.
    static Result run(Map<String, String> environment, List<String> command)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        Process process = builder.redirectInput(ProcessBuilder.Redirect.from(nothing())).start();
        StringBuilder errors = new StringBuilder();
        Thread reader =
                Thread.ofVirtual()
                        .start(() ->
                                process.errorReader()
                                        .lines()
                                        .forEach(line -> errors.append(line).append('\n')));
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException(command + " did not end in " + SECONDS + " s");
        }
        reader.join();
        return new Result(process.exitValue(), output, errors.toString());
    }

    /// Skips the test where a program isn't installed.
    ///
    /// @param command one that succeeds where all is there
    static void require(String... command) throws InterruptedException {
        boolean there;
        try {
            there = run(Map.of(), List.of(command)).exitCode() == 0;
        } catch (IOException e) {
            there = false;
        }
        Assumptions.assumeTrue(there, String.join(" ", command) + " fails on this machine");
    }

    /// Skips the test where there is no boto3 that finds its endpoint by itself, as 1.28 and newer
    /// do.
    static void requireBoto3() throws InterruptedException {
        require(
                "python3",
                "-c",
                "import boto3, botocore.config as c; c.Config(ignore_configured_endpoint_urls=True)");
    }

    private static java.io.File nothing() {
        return new java.io.File("/dev/null");
    }

    /// How the program ended and what it printed.
    record Result(int exitCode, String output, String errors) {}
}
