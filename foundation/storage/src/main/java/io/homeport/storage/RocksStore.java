package io.homeport.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.WriteOptions;

/// A store in a directory, on RocksDB. Thread-safe. A commit writes to the operating system; {@link
/// GroupCommit} fsyncs and completes its future.
///
/// A failed write or fsync (a full disk, for example) makes the store refuse writes; reads go on,
/// but not while the database is opened again, nor after that failed, until it is tried again.
/// The sync thread then opens the database again as soon as the directory can be written to, which
/// reads back the log and so ends in the state of a restart. Futures that were pending fail: their
/// commits may or may not have survived.
public final class RocksStore implements Store, GroupCommit.Engine {
    /// What recovery must be able to write before it is worth closing a database that still reads.
    private static final int PROBE_BYTES = 1 << 20;

    private final Path directory;
    private final RocksOptions options;
    private final WriteOptions unsyncedWrite = new WriteOptions();
    private final Wal wal;
    private final GroupCommit commits;

    /// Held shared by everything that uses the native handle, exclusively to close or reopen it: a
    /// call on a closed handle would crash the process.
    private final ReentrantReadWriteLock handle = new ReentrantReadWriteLock();

    private @Nullable RocksDB database;
    private boolean closed;

    /// Opens the database in the directory, which is created where it's missing.
    ///
    /// @throws StorageException where another process has the directory open, where it can't be
    ///   written, and where the database is damaged
    public static RocksStore open(Path directory, Settings settings) {
        return open(directory, settings, database -> database.flushWal(true));
    }

    static RocksStore open(Path directory, Settings settings, Wal wal) {
        OwnerOnly.createDirectories(directory);
        NativeLibrary.load(directory.resolve("native"));
        RocksOptions options = new RocksOptions(settings);
        try {
            return new RocksStore(directory, settings, options, wal);
        } catch (StorageException e) {
            options.close();
            throw e;
        }
    }

    private RocksStore(Path directory, Settings settings, RocksOptions options, Wal wal) {
        this.directory = directory;
        this.options = options;
        this.wal = wal;
        this.database = openDatabase();
        this.commits =
                new GroupCommit(
                        this,
                        settings.durability() == Settings.Durability.RELAXED
                                ? settings.relaxedWindow()
                                : null);
    }

    /// How the write-ahead log is fsynced.
    interface Wal {
        void sync(RocksDB database) throws RocksDBException;
    }

    private RocksDB openDatabase() {
        try {
            RocksDB opened = RocksDB.open(options.options(), directory.toString());
            LogCut.report(directory);
            return opened;
        } catch (RocksDBException e) {
            throw Failures.open(directory, e);
        }
    }

    @Override
    public byte @Nullable [] get(byte[] key) {
        handle.readLock().lock();
        try {
            return database().get(key);
        } catch (RocksDBException e) {
            throw Failures.read(directory, e);
        } finally {
            handle.readLock().unlock();
        }
    }

    @Override
    public List<Entry> scan(byte[] from, byte @Nullable [] to, int limit) {
        handle.readLock().lock();
        try (ReadOptions read = new ReadOptions()) {
            return scan(database(), read, from, to, limit);
        } finally {
            handle.readLock().unlock();
        }
    }

    /// An iterator sees the database as it was when it was made, so no snapshot is needed here.
    private List<Entry> scan(
            RocksDB from, ReadOptions read, byte[] start, byte @Nullable [] end, int limit) {
        if (limit <= 0 || (end != null && Arrays.compareUnsigned(start, end) >= 0)) {
            return List.of();
        }
        if (end == null) {
            return collect(from, read, start, limit);
        }
        try (Slice bound = new Slice(end)) {
            read.setIterateUpperBound(bound);
            return collect(from, read, start, limit);
        }
    }

    private List<Entry> collect(RocksDB from, ReadOptions read, byte[] start, int limit) {
        List<Entry> entries = new ArrayList<>();
        try (RocksIterator iterator = from.newIterator(read)) {
            iterator.seek(start);
            while (entries.size() < limit && iterator.isValid()) {
                entries.add(new Entry(iterator.key(), iterator.value()));
                iterator.next();
            }
            iterator.status();
            return entries;
        } catch (RocksDBException e) {
            throw Failures.read(directory, e);
        }
    }

    @Override
    public Snapshot snapshot() {
        handle.readLock().lock();
        try {
            RocksDB from = database();
            return new RocksSnapshot(from, from.getSnapshot());
        } catch (StorageException e) {
            handle.readLock().unlock();
            throw e;
        }
    }

    @Override
    public CompletableFuture<Void> commit(WriteBatch batch) {
        boolean hasRanges = RangeDeletion.isIn(batch);
        try (org.rocksdb.WriteBatch nativeBatch = new org.rocksdb.WriteBatch()) {
            if (!hasRanges) {
                for (WriteBatch.Change change : batch.changes()) {
                    RangeDeletion.copy(change, nativeBatch);
                }
            }
            return commits.commit(() -> write(batch, nativeBatch, hasRanges));
        } catch (RocksDBException e) {
            throw Failures.write(directory, e);
        }
    }

    /// Called by one thread at a time.
    private @Nullable StorageException write(
            WriteBatch batch, org.rocksdb.WriteBatch nativeBatch, boolean hasRanges) {
        handle.readLock().lock();
        try {
            RocksDB to = database();
            for (WriteBatch.Expectation expectation : batch.expectations()) {
                if (!Arrays.equals(get(expectation.key()), expectation.value())) {
                    throw ConflictException.of(expectation.key());
                }
            }
            if (hasRanges) {
                RangeDeletion.copy(batch, nativeBatch, to);
            }
            to.write(unsyncedWrite, nativeBatch);
            return null;
        } catch (RocksDBException e) {
            return Failures.write(directory, e);
        } finally {
            handle.readLock().unlock();
        }
    }

    @Override
    public CompletableFuture<Void> flush() {
        return commits.flush();
    }

    @Override
    public void sync() {
        handle.readLock().lock();
        try {
            wal.sync(database());
        } catch (RocksDBException e) {
            throw Failures.write(directory, e);
        } finally {
            handle.readLock().unlock();
        }
    }

    @Override
    public void recover() {
        probe();
        handle.writeLock().lock();
        try {
            if (database != null) {
                database.close();
                database = null;
            }
            database = openDatabase();
        } finally {
            handle.writeLock().unlock();
        }
    }

    private void probe() {
        Path probe = directory.resolve("probe.tmp");
        try {
            try (FileChannel file =
                    FileChannel.open(
                            probe,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.TRUNCATE_EXISTING,
                            StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.allocate(PROBE_BYTES);
                while (bytes.hasRemaining()) {
                    file.write(bytes);
                }
                file.force(true);
            } finally {
                Files.deleteIfExists(probe);
            }
        } catch (IOException e) {
            throw Failures.probe(directory, e);
        }
    }

    @Override
    public void close() {
        commits.stop();
        handle.writeLock().lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            if (database != null) {
                database.close();
                database = null;
            }
            unsyncedWrite.close();
            options.close();
        } finally {
            handle.writeLock().unlock();
        }
    }

    /// Called with the handle held.
    private RocksDB database() {
        if (closed) {
            throw new StorageException("the store is closed");
        }
        if (database == null) {
            throw new StorageException(
                    "the database in " + directory + " is being recovered after a failed write");
        }
        return database;
    }

    /// Holds the handle (shared) until it is closed.
    private final class RocksSnapshot implements Snapshot {
        private final RocksDB from;
        private final org.rocksdb.Snapshot nativeSnapshot;
        private boolean released;

        RocksSnapshot(RocksDB from, org.rocksdb.Snapshot nativeSnapshot) {
            this.from = from;
            this.nativeSnapshot = nativeSnapshot;
        }

        @Override
        public byte @Nullable [] get(byte[] key) {
            try (ReadOptions read = options()) {
                return from.get(read, key);
            } catch (RocksDBException e) {
                throw Failures.read(directory, e);
            }
        }

        @Override
        public List<Entry> scan(byte[] start, byte @Nullable [] end, int limit) {
            try (ReadOptions read = options()) {
                return RocksStore.this.scan(from, read, start, end, limit);
            }
        }

        private ReadOptions options() {
            if (released) {
                throw new IllegalStateException("the snapshot is closed");
            }
            return new ReadOptions().setSnapshot(nativeSnapshot);
        }

        @Override
        public void close() {
            if (!released) {
                released = true;
                from.releaseSnapshot(nativeSnapshot);
                nativeSnapshot.close();
                handle.readLock().unlock();
            }
        }
    }
}
