package io.homeport.functions;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/// The languages that functions are written in, and the programs of this machine that run them.
/// Thread-safe.
final class Runtimes {
    private static final Pattern SUPPORTED =
            Pattern.compile("python3\\.\\d+|nodejs(\\d+\\.x)?|java\\d+(\\.al2)?|provided(\\..+)?");
    private static final int PROBE_SECONDS = 20;

    /// The jars of `com.amazonaws:aws-lambda-java-runtime-interface-client`, which the build
    /// bundles.
    private static final List<String> JAVA_JARS =
            List.of(
                    "aws-lambda-java-runtime-interface-client.jar",
                    "aws-lambda-java-core.jar",
                    "aws-lambda-java-serialization.jar",
                    "utils-lite.jar");

    private final Path directory;
    private final List<Path> searchPath;
    private final Map<String, Found> found = new ConcurrentHashMap<>();

    /// A program that was found.
    private record Found(String executable, String version) {}

    /// How to start a function's process.
    ///
    /// @param runtime what it runs on, for people
    record Command(List<String> words, String runtime) {}

    /// What is needed to run a function isn't on this machine.
    static final class MissingException extends RuntimeException {
        private static final long serialVersionUID = 1;

        MissingException(String message) {
            super(message, null, false, false);
        }
    }

    /// @param directory for our own part of the runtimes, which is written anew
    /// @param path where programs are looked for, as in the environment variable `PATH`
    Runtimes(Path directory, String path) {
        this.directory = directory;
        List<Path> parts = new ArrayList<>();
        for (String part : path.split(File.pathSeparator)) {
            if (!part.isEmpty()) {
                parts.add(Path.of(part));
            }
        }
        this.searchPath = List.copyOf(parts);
        try {
            Files.createDirectories(directory);
            copy("bootstrap.py");
            copy("bootstrap.cjs");
            for (String jar : JAVA_JARS) {
                copy("java/" + jar);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the runtimes can not be written", e);
        }
    }

    private void copy(String resource) throws IOException {
        try (InputStream in = Runtimes.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("the resource " + resource + " is missing");
            }
            Path target = directory.resolve(resource);
            Files.createDirectories(target.getParent());
            Files.copy(in, target, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /// @throws software.amazon.awssdk.services.lambda.model.InvalidParameterValueException for
    ///   languages that never run here
    void checkSupported(String runtime) {
        if (!SUPPORTED.matcher(runtime).matches()) {
            throw Faults.invalid(
                    "Homeport runs functions of python3, nodejs, java and provided (an executable"
                            + " bootstrap), not of "
                            + runtime);
        }
    }

    /// How to run a function. Python and Node are run by whichever version this machine has; that
    /// of the runtime's name is preferred.
    ///
    /// @throws MissingException where this machine has none
    Command command(VersionRecord version, Path folder) {
        String runtime = version.configuration().runtime();
        String handler = version.configuration().handler();
        int memory = version.configuration().memoryMegabytes();
        if (runtime.startsWith("python")) {
            Found python =
                    find(
                            runtime,
                            "python3",
                            "import sys, platform; print(sys.executable);"
                                    + " print(platform.python_version())",
                            "-c");
            return new Command(
                    List.of(python.executable, "-u", directory.resolve("bootstrap.py").toString()),
                    "Python " + python.version);
        }
        if (runtime.startsWith("nodejs")) {
            Found node =
                    find(
                            "node",
                            "nodejs",
                            "console.log(process.execPath);"
                                    + " console.log(process.versions.node)",
                            "-e");
            return new Command(
                    List.of(
                            node.executable,
                            "--max-old-space-size=" + memory * 9 / 10,
                            directory.resolve("bootstrap.cjs").toString()),
                    "Node.js " + node.version);
        }
        if (runtime.startsWith("java")) {
            return java(handler, memory, folder);
        }
        Path bootstrap = folder.resolve("bootstrap");
        if (!Files.isRegularFile(bootstrap)) {
            throw new MissingException("the code has no file 'bootstrap' at its top");
        }
        if (!Files.isExecutable(bootstrap)) {
            throw new MissingException("the file 'bootstrap' isn't executable");
        }
        return new Command(List.of(bootstrap.toString()), runtime);
    }

    /// The JVM that runs this program runs functions, too. The heap leaves room for what the JVM
    /// needs besides.
    private Command java(String handler, int memory, Path folder) {
        List<String> path = new ArrayList<>();
        path.add(folder.toString());
        path.add(folder.resolve("lib") + File.separator + "*");
        for (String jar : JAVA_JARS) {
            path.add(directory.resolve("java").resolve(jar).toString());
        }
        return new Command(
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx" + Math.max(32, memory - 64) + "m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xshare:auto",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        String.join(File.pathSeparator, path),
                        "com.amazonaws.services.lambda.runtime.api.client.AWSLambda",
                        handler),
                "Java " + Runtime.version());
    }

    /// What a name on the search path really runs: version managers put scripts there that are slow
    /// and choose a version by the folder.
    private Found find(String preferred, String fallback, String program, String option) {
        Found known = found.get(preferred);
        if (known != null && Files.isExecutable(Path.of(known.executable))) {
            return known;
        }
        Set<String> names = new LinkedHashSet<>(List.of(preferred, fallback));
        for (String name : names) {
            for (Path part : searchPath) {
                Path candidate = part.resolve(name);
                if (Files.isExecutable(candidate) && !Files.isDirectory(candidate)) {
                    Optional<Found> probed = probe(candidate, option, program);
                    if (probed.isPresent()) {
                        found.put(preferred, probed.get());
                        return probed.get();
                    }
                }
            }
        }
        throw new MissingException(
                "this machine has no program "
                        + String.join(" or ", names)
                        + " on Homeport's search path (PATH); install it to run such functions");
    }

    private static Optional<Found> probe(Path candidate, String option, String program) {
        try {
            Process process =
                    new ProcessBuilder(candidate.toString(), option, program)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            process.getOutputStream().close();
            byte[] output = process.getInputStream().readNBytes(4096);
            if (!process.waitFor(PROBE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return Optional.empty();
            }
            List<String> lines = new String(output, StandardCharsets.UTF_8).lines().toList();
            return process.exitValue() == 0 && lines.size() == 2
                    ? Optional.of(new Found(lines.getFirst(), lines.getLast()))
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
