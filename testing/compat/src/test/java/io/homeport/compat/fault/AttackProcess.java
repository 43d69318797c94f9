package io.homeport.compat.fault;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/// An attack in a process of its own, with the lowest priority and on one processor, so that what
/// it takes of the machine is little and known. Told what to do line by line: `go`, `stop`, `end`.
final class AttackProcess implements AutoCloseable {
    private final Process process;
    private final BufferedReader answers;

    private AttackProcess(Process process) {
        this.process = process;
        this.answers = process.inputReader();
    }

    static AttackProcess start(Scenario scenario, AttackTarget target, Path log)
            throws IOException {
        List<String> command = new ArrayList<>(List.of("chrt", "--idle", "0"));
        int processors = Runtime.getRuntime().availableProcessors();
        command.addAll(List.of("taskset", "-c", "" + (processors - 1)));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of(
                        "-XX:+UseSerialGC",
                        // What it does takes little code; to compile it well would take much time.
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx1g",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("java.class.path"),
                        AttackProcess.class.getName(),
                        scenario.name()));
        command.addAll(target.arguments());
        AttackProcess made =
                new AttackProcess(new ProcessBuilder(command).redirectError(log.toFile()).start());
        made.await("ready");
        return made;
    }

    void begin() throws IOException {
        tell("go");
        await("going");
    }

    void pause() throws IOException {
        tell("stop");
        await("stopped");
    }

    private void tell(String line) throws IOException {
        process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.US_ASCII));
        process.getOutputStream().flush();
    }

    private void await(String expected) throws IOException {
        String line = answers.readLine();
        if (!expected.equals(line)) {
            throw new IOException("the attack says " + line + " instead of " + expected);
        }
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// @param arguments the scenario, then the target
    public static void main(String... arguments) throws Exception {
        Scenario scenario = Scenario.valueOf(arguments[0]);
        Attack attack =
                scenario.prepare(AttackTarget.of(List.of(arguments).subList(1, arguments.length)));
        System.out.println("ready");
        BufferedReader in =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        AtomicBoolean on = new AtomicBoolean();
        Thread round = null;
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            if (line.equals("go")) {
                on.set(true);
                round =
                        Thread.ofPlatform()
                                .start(() -> {
                                    try {
                                        attack.round(on::get);
                                    } catch (Exception e) {
                                        throw new IllegalStateException(e);
                                    }
                                });
                System.out.println("going");
            } else if (round != null) {
                on.set(false);
                round.join(10_000);
                System.out.println("stopped");
            }
        }
        System.exit(0);
    }
}
