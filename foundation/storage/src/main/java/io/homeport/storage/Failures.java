package io.homeport.storage;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/// Turns what RocksDB reports into what failed, where, and what an operator can do.
final class Failures {
    private Failures() {}

    static StorageException open(Path directory, RocksDBException e) {
        String text = String.valueOf(e.getMessage());
        if (text.contains("lock hold by") || text.contains("While lock file")) {
            return new StorageException(
                    "the data directory "
                            + directory
                            + " is in use by another process (or another store of this one): stop"
                            + " that one, or choose another directory",
                    e);
        }
        if (code(e) == Status.Code.Corruption) {
            return new StorageException(
                    "the database in "
                            + directory
                            + " is damaged: restore the directory from a backup, or move it away"
                            + " to start empty ("
                            + text
                            + ")",
                    e);
        }
        return new StorageException(
                "the database in "
                        + directory
                        + " can't be opened: check that the directory is there, writable for this"
                        + " user and on a disk with free space ("
                        + text
                        + ")",
                e);
    }

    static StorageException files(Path directory, IOException e) {
        return new StorageException(
                "the files of the database in "
                        + directory
                        + " can't be read: check the disk and the permissions ("
                        + e
                        + ")",
                e);
    }

    static StorageException write(Path directory, RocksDBException e) {
        return new StorageException(
                (isNoSpace(e)
                                ? "no space left for the database in "
                                        + directory
                                        + ": free some; writes go on by themselves then"
                                : "the database in "
                                        + directory
                                        + " can't be written: check the disk and the permissions;"
                                        + " writes go on by themselves once it works")
                        + " ("
                        + e.getMessage()
                        + ")",
                e);
    }

    static StorageException read(Path directory, RocksDBException e) {
        return new StorageException(
                "the database in "
                        + directory
                        + " can't be read: check the disk; if it is sound, restore the directory"
                        + " from a backup ("
                        + e.getMessage()
                        + ")",
                e);
    }

    static StorageException probe(Path directory, IOException e) {
        return new StorageException(
                "the directory "
                        + directory
                        + " can't be written: free some space and check the permissions; writes go"
                        + " on by themselves then ("
                        + e.getMessage()
                        + ")",
                e);
    }

    /// Whether a write that may not wait would have had to.
    static boolean isBusy(RocksDBException e) {
        return code(e) == Status.Code.Incomplete;
    }

    private static boolean isNoSpace(RocksDBException e) {
        Status status = e.getStatus();
        return (status != null && status.getSubCode() == Status.SubCode.NoSpace)
                || String.valueOf(e.getMessage()).contains("No space left");
    }

    private static Status.@Nullable Code code(RocksDBException e) {
        Status status = e.getStatus();
        return status == null ? null : status.getCode();
    }
}
