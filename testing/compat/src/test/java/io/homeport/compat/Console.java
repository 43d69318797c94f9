package io.homeport.compat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A foreign client that is a program and keeps running: its output lines as they come.
final class Console implements AutoCloseable {
    private final Process process;
    private final Inbox<String> lines = new Inbox<>();

    private Console(Process process) {
        this.process = process;
    }

    /// Starts the program with its output line by line, errors included.
    static Console start(List<String> command) throws IOException {
        List<String> unbuffered = new ArrayList<>(List.of("stdbuf", "-oL"));
        unbuffered.addAll(command);
        Process process = new ProcessBuilder(unbuffered).redirectErrorStream(true).start();
        Console console = new Console(process);
        Thread.ofVirtual().start(console::read);
        return console;
    }

    private void read() {
        try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.add(line);
            }
        } catch (IOException e) {
            lines.add("the program was ended: " + e.getMessage());
        }
    }

    /// The next line, waited for.
    String line() throws InterruptedException {
        return lines.next();
    }

    /// Waits for a line that has the text in it, and passes over those before.
    String await(String text) throws InterruptedException {
        String line = line();
        while (!line.contains(text)) {
            line = line();
        }
        return line;
    }

    /// Ends the program at once, without a farewell to the server.
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
