package io.homeport.storage;

import java.time.Duration;

/// How a {@link RocksStore} works. Immutable.
///
/// @param durability when a commit counts as durable
/// @param relaxedWindow with {@link Durability#RELAXED}: how much a power cut may take, at least 1
///   ms
/// @param blockCacheBytes memory for data read from disk, filters and indexes included
/// @param writeBufferBytes memory for data not yet in a table file, twice (one is filled while the
///   other is written out)
/// @param maxOpenFiles how many files of the database are kept open at most
/// @param maxWalBytes how long the write-ahead log may grow, which bounds the work of a restart
public record Settings(
        Durability durability,
        Duration relaxedWindow,
        long blockCacheBytes,
        long writeBufferBytes,
        int maxOpenFiles,
        long maxWalBytes) {

    /// Every commit is fsynced; about 50 MB of memory at most.
    public static final Settings DEFAULT =
            new Settings(
                    Durability.FSYNC, Duration.ofMillis(100), 16L << 20, 16L << 20, 256, 64L << 20);

    public Settings {
        require(relaxedWindow.toMillis() >= 1, "the relaxed window", "1 ms", relaxedWindow);
        require(blockCacheBytes >= 1 << 20, "the block cache", "1 MiB", blockCacheBytes);
        require(writeBufferBytes >= 1 << 18, "a write buffer", "256 KiB", writeBufferBytes);
        require(maxOpenFiles >= 32, "the number of open files", "32", maxOpenFiles);
        require(maxWalBytes >= writeBufferBytes, "the log", "a write buffer", maxWalBytes);
    }

    /// These settings with another durability.
    public Settings withDurability(Durability other) {
        return new Settings(
                other, relaxedWindow, blockCacheBytes, writeBufferBytes, maxOpenFiles, maxWalBytes);
    }

    private static void require(boolean holds, String what, String least, Object actual) {
        if (!holds) {
            throw new IllegalArgumentException(
                    what + " must be at least " + least + ", not " + actual);
        }
    }

    /// When a commit's future completes.
    public enum Durability {
        /// Once the commit is fsynced: it survives a crash of the process and a power cut. Commits
        /// that come while an fsync runs share the next one.
        FSYNC,

        /// At once: the commit is with the operating system and survives a crash of the process
        /// (`kill -9`). A power cut or a crash of the operating system may take the commits of the
        /// last {@link Settings#relaxedWindow}; what remains is a prefix of the commits.
        RELAXED
    }
}
