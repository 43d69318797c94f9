package io.homeport.functions;

import io.homeport.core.Clock;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;

/// What a process prints, on its way to the function's log. It is only read where something waits
/// in the pipe, so that whoever needs everything up to now gets it without waiting for more. Of
/// each invocation a bounded amount is kept. Thread-safe.
final class Output {
    /// What an invocation with `LogType` `Tail` answers (AWS Lambda API reference, `Invoke`).
    private static final int TAIL_BYTES = 4 << 10;

    private static final int MAXIMUM_LINE = 64 << 10;

    private final InputStream in;
    private final FunctionLogs logs;
    private final FunctionName name;
    private final String stream;
    private final Clock clock;
    private final int maximumBytes;
    private final ReentrantLock lock = new ReentrantLock();
    private final byte[] buffer = new byte[16 << 10];
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final StringBuilder pending = new StringBuilder();
    private ByteArrayOutputStream tail = new ByteArrayOutputStream();
    private long bytes;

    /// @param in the pipe from the process
    /// @param stream what tells the lines of one process from those of others
    Output(
            InputStream in,
            FunctionLogs logs,
            FunctionName name,
            String stream,
            Clock clock,
            int maximumBytes) {
        this.in = in;
        this.logs = logs;
        this.name = name;
        this.stream = stream;
        this.clock = clock;
        this.maximumBytes = maximumBytes;
    }

    /// Starts the log of an invocation. What was printed since the last one belongs to it, as at
    /// AWS.
    void begin(String firstLine) {
        lock.lock();
        try {
            drain();
            bytes = 0;
            keep(firstLine);
        } finally {
            lock.unlock();
        }
    }

    /// Ends the log of an invocation with lines of our own, and returns its last bytes.
    byte[] end(String... lastLines) {
        lock.lock();
        try {
            drain();
            endLine();
            for (String last : lastLines) {
                keep(last);
            }
            flush();
            byte[] all = tail.toByteArray();
            tail = new ByteArrayOutputStream();
            return Arrays.copyOfRange(all, Math.max(0, all.length - TAIL_BYTES), all.length);
        } finally {
            lock.unlock();
        }
    }

    /// Takes what waits in the pipe.
    void drain() {
        lock.lock();
        try {
            try {
                takeAll();
            } catch (IOException e) {
                // The process ends: Java closes the pipe and keeps what was in it.
                takeAll();
            }
        } catch (IOException e) {
            // The process has ended, and nothing is left of its output.
        } finally {
            flush();
            lock.unlock();
        }
    }

    private void takeAll() throws IOException {
        while (in.available() > 0) {
            int read = in.read(buffer, 0, Math.min(buffer.length, in.available()));
            if (read <= 0) {
                return;
            }
            take(read);
        }
    }

    private void take(int read) {
        for (int i = 0; i < read; i++) {
            byte next = buffer[i];
            if (next == '\n' || line.size() == MAXIMUM_LINE) {
                endLine();
            }
            if (next != '\n') {
                line.write(next);
            }
        }
    }

    private void endLine() {
        if (line.size() > 0) {
            append(line.toString(StandardCharsets.UTF_8));
            line.reset();
        }
    }

    private void append(String text) {
        boolean kept = bytes <= maximumBytes;
        bytes += text.length() + 1;
        if (!kept) {
            return;
        }
        keep(
                bytes <= maximumBytes
                        ? text
                        : "(what this invocation prints beyond %d bytes is dropped)"
                                .formatted(maximumBytes));
    }

    private void keep(String shown) {
        pending.append(Instant.ofEpochMilli(clock.millis()))
                .append(' ')
                .append(stream)
                .append(' ')
                .append(shown)
                .append('\n');
        tail.writeBytes((shown + "\n").getBytes(StandardCharsets.UTF_8));
        if (tail.size() > 16 * TAIL_BYTES) {
            byte[] all = tail.toByteArray();
            tail = new ByteArrayOutputStream();
            tail.write(all, all.length - TAIL_BYTES, TAIL_BYTES);
        }
    }

    private void flush() {
        if (!pending.isEmpty()) {
            logs.append(name, pending.toString());
            pending.setLength(0);
        }
    }
}
