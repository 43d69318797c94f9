package io.homeport.targets;

import io.homeport.core.Json;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A file of JSON lines that keeps the newest entries. Thread-safe.
///
/// It is two files: entries are added to `NAME.jsonl`; once that has half of what may be kept, it
/// becomes `NAME+older.jsonl` in the place of the one before, whose entries are gone then.
final class Journal {
    static final String ENDING = ".jsonl";
    private static final String OLDER = "+older" + ENDING;

    private final Path file;
    private final Path older;
    private final boolean durable;
    private final int halfEntries;
    private final long halfBytes;
    private final ReentrantLock writing = new ReentrantLock();
    private final ReentrantLock syncing = new ReentrantLock();

    private Size size = Size.NONE;
    private Size olderSize = Size.NONE;
    private long dropped;

    /// Bytes of all times, and how many of them have been synced.
    private final AtomicLong written = new AtomicLong();

    private volatile long synced;

    private record Size(long entries, long bytes) {
        static final Size NONE = new Size(0, 0);
    }

    /// Opens or makes a journal. Reads it once.
    ///
    /// @param name as {@link FileNames} encoded it
    /// @param durable whether an entry that was added survives a power cut
    Journal(Path folder, String name, StandInLimits limits, boolean durable) {
        this.file = folder.resolve(name + ENDING);
        this.older = folder.resolve(name + OLDER);
        this.durable = durable;
        this.halfEntries = Math.max(1, limits.entries() / 2);
        this.halfBytes = limits.bytes() / 2;
        try {
            Files.createDirectories(folder);
            size = measured(file);
            olderSize = measured(older);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The name of a journal's file, as it was encoded; null for other files and older parts.
    static @Nullable String nameOf(Path file) {
        String name = file.getFileName().toString();
        return name.endsWith(ENDING) && !name.endsWith(OLDER) && !name.startsWith(".")
                ? name.substring(0, name.length() - ENDING.length())
                : null;
    }

    Path file() {
        return file;
    }

    /// Adds entries. They are durable once this returns.
    void add(List<? extends JsonNode> entries) {
        StringBuilder lines = new StringBuilder();
        entries.forEach(entry -> lines.append(Json.MAPPER.writeValueAsString(entry)).append('\n'));
        byte[] bytes = lines.toString().getBytes(StandardCharsets.UTF_8);
        long end;
        writing.lock();
        try {
            if (!Files.exists(file)) {
                // The first entry, or a person has deleted it.
                size = Size.NONE;
            }
            boolean full =
                    size.entries + entries.size() > halfEntries
                            || size.bytes + bytes.length > halfBytes;
            if (full && size.entries > 0) {
                turnOver();
            }
            try (FileChannel channel =
                    FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                // What a write left that failed half way goes first.
                channel.truncate(size.bytes);
                ByteBuffer buffer = ByteBuffer.wrap(bytes);
                long at = size.bytes;
                while (buffer.hasRemaining()) {
                    at += channel.write(buffer, at);
                }
            }
            size = new Size(size.entries + entries.size(), size.bytes + bytes.length);
            end = written.addAndGet(bytes.length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writing.unlock();
        }
        if (durable) {
            sync(end);
        }
    }

    /// One sync serves all who wait for it meanwhile.
    private void sync(long end) {
        syncing.lock();
        try {
            if (synced >= end) {
                return;
            }
            long covered = written.get();
            force(file);
            synced = covered;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            syncing.unlock();
        }
    }

    private void turnOver() throws IOException {
        if (durable) {
            force(file);
        }
        Files.move(file, older, StandardCopyOption.REPLACE_EXISTING);
        dropped += olderSize.entries;
        olderSize = size;
        size = Size.NONE;
    }

    private static void force(Path path) throws IOException {
        if (Files.exists(path)) {
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
                channel.force(false);
            }
        }
    }

    /// Counts lines, and cuts off what a crash left half written.
    private static Size measured(Path path) throws IOException {
        if (!Files.exists(path)) {
            return Size.NONE;
        }
        long entries = 0;
        long end = 0;
        long at = 0;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(path), 1 << 16)) {
            for (int c = in.read(); c >= 0; c = in.read()) {
                at++;
                if (c == '\n') {
                    entries++;
                    end = at;
                }
            }
        }
        if (end < at) {
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
                channel.truncate(end);
            }
        }
        return new Size(entries, end);
    }

    /// The newest entries, the oldest of them first.
    List<JsonNode> newest(int count) {
        Deque<String> lines = new ArrayDeque<>();
        writing.lock();
        try {
            for (Path path : List.of(older, file)) {
                if (!Files.exists(path)) {
                    continue;
                }
                try (var stream = Files.lines(path)) {
                    stream.forEach(line -> {
                        lines.add(line);
                        if (lines.size() > count) {
                            lines.remove();
                        }
                    });
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writing.unlock();
        }
        List<JsonNode> entries = new ArrayList<>();
        lines.forEach(line -> entries.add(Json.MAPPER.readTree(line)));
        return entries;
    }

    /// What is kept, and how many entries have gone since the server was started.
    Kept kept() {
        writing.lock();
        try {
            return new Kept(
                    size.entries + olderSize.entries, size.bytes + olderSize.bytes, dropped);
        } finally {
            writing.unlock();
        }
    }

    void clear() {
        writing.lock();
        try {
            Files.deleteIfExists(file);
            Files.deleteIfExists(older);
            size = Size.NONE;
            olderSize = Size.NONE;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writing.unlock();
        }
    }
}
