package io.homeport.rules.logging;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Lines in a file that is set aside when it is full: four of 16 MB are kept besides the present
/// one. Not synced: a power cut may take the last lines. Thread-safe; blocks.
final class LogFile implements AutoCloseable {
    static final String NAME = "AWSIotLogsV2.log";
    private static final Logger LOG = LoggerFactory.getLogger(LogFile.class);
    static final long LARGEST = 16L << 20;
    private static final int KEPT = 4;
    private static final int TAIL = 4 << 20;

    private final Path folder;
    private final long largest;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable OutputStream out;
    private long size;
    private long lost;
    private boolean closed;

    /// @param largest bytes of a file before it is set aside
    LogFile(Path folder, long largest) {
        this.folder = folder;
        this.largest = largest;
    }

    void append(byte[] line) {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            OutputStream stream = opened();
            if (size + line.length >= largest) {
                setAside();
                stream = opened();
            }
            stream.write(line);
            stream.write('\n');
            size += line.length + 1;
        } catch (IOException e) {
            failed(e);
        } finally {
            lock.unlock();
        }
    }

    void flush() {
        lock.lock();
        try {
            if (out != null) {
                out.flush();
            }
        } catch (IOException e) {
            failed(e);
        } finally {
            lock.unlock();
        }
    }

    private void failed(IOException e) {
        if (lost++ == 0) {
            LOG.atWarn()
                    .addKeyValue("file", folder.resolve(NAME))
                    .addKeyValue("reason", e.toString())
                    .log("iot-log.unwritable: entries are lost until there is room");
        }
        shut();
    }

    private OutputStream opened() throws IOException {
        OutputStream present = out;
        if (present == null) {
            Files.createDirectories(folder);
            Path file = folder.resolve(NAME);
            size = Files.exists(file) ? Files.size(file) : 0;
            present =
                    new BufferedOutputStream(
                            Files.newOutputStream(
                                    file, StandardOpenOption.CREATE, StandardOpenOption.APPEND),
                            64 << 10);
            out = present;
        }
        return present;
    }

    private void setAside() throws IOException {
        shut();
        for (int i = KEPT; i > 0; i--) {
            Path from = folder.resolve(i == 1 ? NAME : NAME + "." + (i - 1));
            if (Files.exists(from)) {
                Files.move(
                        from, folder.resolve(NAME + "." + i), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private void shut() {
        try {
            if (out != null) {
                out.close();
            }
        } catch (IOException e) {
            LOG.atDebug().addKeyValue("reason", e.toString()).log("iot-log.close");
        }
        out = null;
        size = 0;
    }

    /// The last lines of the present file, oldest first.
    List<String> newest(int lines) {
        lock.lock();
        try {
            flush();
            Path file = folder.resolve(NAME);
            if (!Files.exists(file)) {
                return List.of();
            }
            return tail(file, lines);
        } catch (IOException e) {
            failed(e);
            return List.of();
        } finally {
            lock.unlock();
        }
    }

    private static List<String> tail(Path file, int lines) throws IOException {
        try (RandomAccessFile reader = new RandomAccessFile(file.toFile(), "r")) {
            long length = reader.length();
            byte[] bytes = new byte[(int) Math.min(length, TAIL)];
            reader.seek(length - bytes.length);
            reader.readFully(bytes);
            List<String> all = new ArrayList<>(new String(bytes, UTF_8).lines().toList());
            if (length > bytes.length) {
                all.removeFirst();
            }
            return List.copyOf(all.subList(Math.max(0, all.size() - lines), all.size()));
        }
    }

    long lost() {
        lock.lock();
        try {
            return lost;
        } finally {
            lock.unlock();
        }
    }

    void delete() {
        lock.lock();
        try {
            shut();
            for (int i = 0; i <= KEPT; i++) {
                Files.deleteIfExists(folder.resolve(i == 0 ? NAME : NAME + "." + i));
            }
        } catch (IOException e) {
            failed(e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            shut();
        } finally {
            lock.unlock();
        }
    }
}
