package io.homeport.storage;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.zip.CRC32;
import org.rocksdb.RocksDB;
import org.rocksdb.util.Environment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Loads RocksDB's native library. Left to itself, RocksDB unpacks 17 MB from its jar into the
/// temporary directory at every start, and leaves them there after a `kill -9`. Here they are
/// unpacked once into the data directory and used from there as long as size and checksum are the
/// jar's. Thread-safe.
final class NativeLibrary {
    private static final Logger LOG = LoggerFactory.getLogger(NativeLibrary.class);
    private static boolean loaded;

    private NativeLibrary() {}

    /// Loads the library, once per process.
    static synchronized void load(Path directory) {
        if (loaded) {
            return;
        }
        try {
            if (unpack(directory)) {
                RocksDB.loadLibrary(List.of(directory.toAbsolutePath().toString()));
                loaded = true;
                return;
            }
        } catch (IOException | UnsatisfiedLinkError e) {
            LOG.atInfo()
                    .setCause(e)
                    .addKeyValue("event", "native-library-not-kept")
                    .log(
                            "RocksDB's library can't be used from the data directory (is it mounted"
                                    + " noexec?); the temporary directory serves");
        }
        try {
            RocksDB.loadLibrary();
            loaded = true;
        } catch (RuntimeException | UnsatisfiedLinkError e) {
            throw new StorageException(
                    "RocksDB's native library can't be loaded on "
                            + System.getProperty("os.name")
                            + " "
                            + System.getProperty("os.arch")
                            + ": check that "
                            + directory
                            + " or "
                            + System.getProperty("java.io.tmpdir")
                            + " is writable and not mounted noexec",
                    e);
        }
    }

    /// Puts the jar's library into the directory unless it's there; false where the jar has none
    /// for this platform. The jar's file is called `rocksdb` + `jni`, and `loadLibrary` looks for
    /// `rocksdbjni` + `jni`.
    private static boolean unpack(Path directory) throws IOException {
        Path file = directory.resolve(Environment.getJniLibraryFileName("rocksdbjni"));
        URL resource =
                RocksDB.class.getResource("/" + Environment.getJniLibraryFileName("rocksdb"));
        if (resource == null || !(resource.openConnection() instanceof JarURLConnection jar)) {
            return false;
        }
        if (isCurrent(file, jar.getJarEntry())) {
            return true;
        }
        OwnerOnly.createDirectories(directory);
        Path unpacked = Files.createTempFile(directory, "unpack", ".tmp");
        try (InputStream in = jar.getInputStream()) {
            Files.copy(in, unpacked, StandardCopyOption.REPLACE_EXISTING);
            Files.move(unpacked, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(unpacked);
        }
        return true;
    }

    private static boolean isCurrent(Path file, JarEntry entry) throws IOException {
        if (!Files.isRegularFile(file) || Files.size(file) != entry.getSize()) {
            return false;
        }
        CRC32 checksum = new CRC32();
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = Files.newInputStream(file)) {
            for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
                checksum.update(buffer, 0, n);
            }
        }
        return checksum.getValue() == entry.getCrc();
    }
}
