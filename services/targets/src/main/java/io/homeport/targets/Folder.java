package io.homeport.targets;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A folder that keeps the newest values by key, a file for each; a `/` in a key makes a folder.
/// Files whose names begin with a dot are no values. Thread-safe.
final class Folder {
    private static final String TEMPORARY = ".new";

    private final Path root;
    private final StandInLimits limits;
    private final boolean durable;
    private final ReentrantLock lock = new ReentrantLock();

    /// The oldest first.
    private final Map<String, File> files = new LinkedHashMap<>();

    private long bytes;
    private long dropped;

    private record File(Path path, long bytes) {}

    private record Found(Path path, long bytes, long modifiedMillis) {}

    /// A value's name and how long it is.
    record Entry(String key, long bytes) {}

    /// Opens or makes a folder. Looks at all files once.
    ///
    /// @param durable whether a value that was put survives a power cut
    Folder(Path root, StandInLimits limits, boolean durable) {
        this.root = root;
        this.limits = limits;
        this.durable = durable;
        try {
            Files.createDirectories(root);
            List<Found> found = new ArrayList<>();
            try (Stream<Path> walk = Files.walk(root)) {
                for (Path path : (Iterable<Path>) walk.filter(Files::isRegularFile)::iterator) {
                    if (!path.getFileName().toString().startsWith(".")) {
                        found.add(
                                new Found(
                                        path,
                                        Files.size(path),
                                        Files.getLastModifiedTime(path).toMillis()));
                    }
                }
            }
            found.sort(Comparator.comparingLong(Found::modifiedMillis));
            for (Found file : found) {
                files.put(keyOf(file.path), new File(file.path, file.bytes));
                bytes += file.bytes;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path root() {
        return root;
    }

    private String keyOf(Path path) {
        List<String> parts = new ArrayList<>();
        root.relativize(path).forEach(part -> parts.add(FileNames.decode(part.toString())));
        return String.join("/", parts);
    }

    /// Puts a value in the place of the one with the same key. It is durable once this returns.
    void put(String key, byte[] value) {
        lock.lock();
        try {
            File present = files.get(key);
            Path path = present == null ? pathFor(key) : present.path;
            write(path, value);
            files.remove(key);
            bytes += value.length - (present == null ? 0 : present.bytes);
            files.put(key, new File(path, value.length));
            while (files.size() > 1
                    && (files.size() > limits.entries() || bytes > limits.bytes())) {
                drop(files.keySet().iterator().next());
                dropped++;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            lock.unlock();
        }
    }

    private void write(Path path, byte[] value) throws IOException {
        Files.createDirectories(path.getParent());
        Path temporary = root.resolve(TEMPORARY);
        try (FileChannel channel =
                FileChannel.open(
                        temporary,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            ByteBuffer buffer = ByteBuffer.wrap(value);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            if (durable) {
                channel.force(false);
            }
        }
        Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
        if (durable) {
            try (FileChannel folder = FileChannel.open(path.getParent())) {
                folder.force(false);
            }
        }
    }

    /// A free place: `a` may be a value while `a/b` comes, then the folder is `a%`; the other way
    /// round the file is `a%`.
    private Path pathFor(String key) {
        String[] parts = key.split("/", -1);
        Path path = root;
        for (int i = 0; i < parts.length; i++) {
            boolean last = i == parts.length - 1;
            Path plain = path.resolve(FileNames.encode(parts[i]));
            boolean taken = last ? Files.isDirectory(plain) : Files.isRegularFile(plain);
            path = taken ? path.resolve(FileNames.encode(parts[i]) + "%") : plain;
        }
        return path;
    }

    Optional<byte[]> get(String key) {
        lock.lock();
        try {
            File file = files.get(key);
            return file == null ? Optional.empty() : Optional.of(Files.readAllBytes(file.path));
        } catch (NoSuchFileException e) {
            // A person has deleted it.
            bytes -= Objects.requireNonNull(files.remove(key)).bytes;
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            lock.unlock();
        }
    }

    /// Whether there was one.
    boolean delete(String key) {
        lock.lock();
        try {
            return drop(key);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            lock.unlock();
        }
    }

    private boolean drop(String key) throws IOException {
        File file = files.remove(key);
        if (file == null) {
            return false;
        }
        bytes -= file.bytes;
        Files.deleteIfExists(file.path);
        return true;
    }

    /// The newest first.
    List<Entry> newest(int count) {
        lock.lock();
        try {
            List<Entry> entries =
                    files.entrySet().stream()
                            .skip(Math.max(0, files.size() - count))
                            .map(file -> new Entry(file.getKey(), file.getValue().bytes))
                            .collect(Collectors.toList());
            return entries.reversed();
        } finally {
            lock.unlock();
        }
    }

    /// What is kept, and how many values have gone since the server was started.
    Kept kept() {
        lock.lock();
        try {
            return new Kept(files.size(), bytes, dropped);
        } finally {
            lock.unlock();
        }
    }

    void clear() {
        lock.lock();
        try {
            try (Stream<Path> walk = Files.walk(root)) {
                for (Path path :
                        (Iterable<Path>) walk.sorted(Comparator.reverseOrder())::iterator) {
                    Files.delete(path);
                }
            }
            Files.createDirectories(root);
            files.clear();
            bytes = 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            lock.unlock();
        }
    }
}
