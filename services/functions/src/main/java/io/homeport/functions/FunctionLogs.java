package io.homeport.functions;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What functions print, as `logs/<account>/<region>/<function>.log`: two files of bounded size per
/// function, the newer one without a suffix. Survives restarts and the function. Thread-safe.
final class FunctionLogs {
    private static final Logger LOG = LoggerFactory.getLogger(FunctionLogs.class);

    private final Path directory;
    private final int fileBytes;
    private final ReentrantLock lock = new ReentrantLock();

    FunctionLogs(Path directory, int fileBytes) {
        this.directory = directory;
        this.fileBytes = fileBytes;
    }

    private Path file(FunctionName name) {
        return directory
                .resolve(name.account())
                .resolve(name.region())
                .resolve(name.name() + ".log");
    }

    private Path older(FunctionName name) {
        return file(name).resolveSibling(name.name() + ".log.1");
    }

    /// Appends lines; each ends with a line feed. A disk that fails costs lines of the log, never
    /// an invocation.
    void append(FunctionName name, String lines) {
        byte[] bytes = lines.getBytes(StandardCharsets.UTF_8);
        lock.lock();
        try {
            Path file = file(name);
            if (!Files.exists(file)) {
                Files.createDirectories(file.getParent());
            } else if (Files.size(file) + bytes.length > fileBytes) {
                Files.move(file, older(name), StandardCopyOption.REPLACE_EXISTING);
            }
            Files.write(file, bytes, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            LOG.atWarn()
                    .addKeyValue("function", name.name())
                    .addKeyValue("reason", e.getMessage())
                    .log("functions.log.lost: make room on the disk of the data directory");
        } finally {
            lock.unlock();
        }
    }

    /// The newest lines of a function, the oldest of them first.
    List<String> tail(FunctionName name, int lines) {
        lock.lock();
        try {
            List<String> all = new ArrayList<>(read(older(name)));
            all.addAll(read(file(name)));
            return List.copyOf(all.subList(Math.max(0, all.size() - lines), all.size()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            lock.unlock();
        }
    }

    private static List<String> read(Path file) throws IOException {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8).lines().toList();
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }

    /// Deletes all logs.
    void clear() {
        lock.lock();
        try {
            Folders.delete(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            lock.unlock();
        }
    }
}
