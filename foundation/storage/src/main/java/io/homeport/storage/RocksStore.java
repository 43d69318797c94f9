package io.homeport.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.WriteOptions;

/// A store in a directory, on RocksDB. Thread-safe. A commit writes to the operating system; {@link
/// GroupCommit} fsyncs and completes its future.
///
/// A failed write or fsync (a full disk, for example) makes the store refuse writes; reads go on.
/// The sync thread then opens the database again as soon as the directory can be written to, which
/// reads back the log and so ends in the state of a restart. Futures that were pending fail: their
/// commits may or may not have survived.
///
/// RocksDB lets nobody open a database for writing twice, so the old handle is closed first, and it
/// may turn out then that there is too little room for the new one. Before that, the database is
/// opened for reading alone, which needs no disk space and ends in the same state; reads go there
/// until the database is open for writing again, however often that has to be tried.
public final class RocksStore implements Store, GroupCommit.Engine {
    /// What recovery must be able to write before it is worth closing a database that still reads.
    private static final int PROBE_BYTES = 1 << 20;

    private static final List<String> MEMORY =
            List.of(
                    "rocksdb.block-cache-usage",
                    "rocksdb.cur-size-all-mem-tables",
                    "rocksdb.estimate-table-readers-mem");

    private final Path directory;
    private final RocksOptions options;
    private final WriteOptions patientWrite = new WriteOptions();
    private final WriteOptions promptWrite = new WriteOptions().setNoSlowdown(true);
    private final Disk disk;
    private final GroupCommit commits;

    /// Held shared by everything that uses the native handle, exclusively to close or reopen it: a
    /// call on a closed handle would crash the process.
    private final ReentrantReadWriteLock handle = new ReentrantReadWriteLock();

    private @Nullable RocksDB database;

    /// Whether the database is open for reading alone.
    private boolean readOnly;

    private boolean closed;

    /// Up to this sequence number everything is fsynced. Written by the sync thread.
    private volatile long synced;

    private volatile Duration syncDelay = Duration.ZERO;

    /// Opens the database in the directory, which is created where it's missing.
    ///
    /// @throws StorageException where another process has the directory open, where it can't be
    ///   written, and where the database is damaged
    public static RocksStore open(Path directory, Settings settings) {
        return open(directory, settings, database -> database.flushWal(true));
    }

    static RocksStore open(Path directory, Settings settings, Disk disk) {
        OwnerOnly.createDirectories(directory);
        NativeLibrary.load(directory.resolve("native"));
        RocksOptions options = new RocksOptions(settings);
        try {
            return new RocksStore(directory, settings, options, disk);
        } catch (StorageException e) {
            options.close();
            throw e;
        }
    }

    private RocksStore(Path directory, Settings settings, RocksOptions options, Disk disk) {
        this.directory = directory;
        this.options = options;
        this.disk = disk;
        this.database = openDatabase();
        this.commits =
                new GroupCommit(
                        this,
                        settings.durability() == Settings.Durability.RELAXED
                                ? settings.relaxedWindow()
                                : null,
                        Runtime.getRuntime().maxMemory() / 4);
    }

    /// What may fail below the store.
    interface Disk {
        /// Fsyncs the write-ahead log.
        void sync(RocksDB database) throws RocksDBException;

        /// Opens a database for writing.
        default RocksDB open(Options options, Path directory) throws RocksDBException {
            return RocksDB.open(options, directory.toString());
        }
    }

    private RocksDB openDatabase() {
        LogCheck.Damage damage = checkFiles();
        try {
            RocksDB opened = disk.open(options.options(), directory);
            synced = opened.getLatestSequenceNumber();
            LogCut.report(directory, damage);
            return opened;
        } catch (RocksDBException e) {
            throw Failures.open(directory, e);
        }
    }

    /// Refuses what RocksDB would take for less than it was.
    private LogCheck.@Nullable Damage checkFiles() {
        try {
            if (LogCheck.isHeadless(directory)) {
                throw new StorageException(
                        "the database in "
                                + directory
                                + " has lost its file CURRENT: restore the directory from a"
                                + " backup, or move it away to start empty");
            }
            LogCheck.Damage damage = LogCheck.of(directory);
            if (damage != null && damage.acknowledged()) {
                throw LogCheck.refusal(directory, damage);
            }
            return damage;
        } catch (IOException e) {
            throw Failures.files(directory, e);
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
        return commit(batch, !batch.expectations().isEmpty());
    }

    @Override
    public CompletableFuture<Void> commitVisible(WriteBatch batch) {
        return commit(batch, true);
    }

    private CompletableFuture<Void> commit(WriteBatch batch, boolean visible) {
        try (org.rocksdb.WriteBatch nativeBatch = new org.rocksdb.WriteBatch()) {
            prepare(batch, nativeBatch);
            return commits.commit(
                    wait -> write(batch, nativeBatch, wait),
                    wait -> writeLater(batch, wait),
                    bytes(batch),
                    visible);
        } catch (RocksDBException e) {
            throw Failures.write(directory, e);
        }
    }

    /// What can be done while others write.
    private void prepare(WriteBatch batch, org.rocksdb.WriteBatch nativeBatch)
            throws RocksDBException {
        nativeBatch.putLogData(LogCheck.mark(synced));
        if (!RangeDeletion.isIn(batch)) {
            for (WriteBatch.Change change : batch.changes()) {
                RangeDeletion.copy(change, nativeBatch);
            }
        }
    }

    private static long bytes(WriteBatch batch) {
        long sum = 0;
        for (WriteBatch.Change change : batch.changes()) {
            sum +=
                    switch (change) {
                        case WriteBatch.Change.Put(byte[] key, byte[] value) ->
                                key.length + value.length;
                        case WriteBatch.Change.Delete(byte[] key) -> key.length;
                        case WriteBatch.Change.DeleteRange(byte[] from, byte[] to) ->
                                from.length + to.length;
                    };
        }
        return sum;
    }

    private boolean writeLater(WriteBatch batch, boolean wait) {
        try (org.rocksdb.WriteBatch nativeBatch = new org.rocksdb.WriteBatch()) {
            prepare(batch, nativeBatch);
            return write(batch, nativeBatch, wait);
        } catch (RocksDBException e) {
            throw Failures.write(directory, e);
        }
    }

    /// Called by one thread at a time.
    ///
    /// @param wait whether to wait where RocksDB has filled all write buffers faster than the disk
    ///   takes them
    /// @return false where that would be necessary
    private boolean write(WriteBatch batch, org.rocksdb.WriteBatch nativeBatch, boolean wait) {
        handle.readLock().lock();
        try {
            RocksDB to = database();
            for (WriteBatch.Expectation expectation : batch.expectations()) {
                if (!Arrays.equals(get(expectation.key()), expectation.value())) {
                    throw ConflictException.of(expectation.key());
                }
            }
            if (RangeDeletion.isIn(batch)) {
                nativeBatch.clear();
                nativeBatch.putLogData(LogCheck.mark(synced));
                RangeDeletion.copy(batch, nativeBatch, to);
            }
            to.write(wait ? patientWrite : promptWrite, nativeBatch);
            return true;
        } catch (RocksDBException e) {
            if (!wait && Failures.isBusy(e)) {
                return false;
            }
            throw Failures.write(directory, e);
        } finally {
            handle.readLock().unlock();
        }
    }

    @Override
    public CompletableFuture<Void> flush() {
        return commits.flush();
    }

    /// Whether commits are taken: not after a failure, until the store has recovered.
    public boolean isWritable() {
        return commits.isWorking();
    }

    /// Native memory of the engine in bytes: block cache, write buffers, indexes of open tables; 0
    /// once closed.
    public long memoryBytes() {
        handle.readLock().lock();
        try {
            if (closed) {
                return 0;
            }
            long sum = 0;
            for (String part : MEMORY) {
                sum += database().getLongProperty(part);
            }
            return sum;
        } catch (RocksDBException e) {
            throw Failures.read(directory, e);
        } finally {
            handle.readLock().unlock();
        }
    }

    /// Makes the disk look slow: every fsync of the log takes this much longer. For tests of what
    /// stands on the store, in test mode also for its users' tests.
    public void delaySyncs(Duration delay) {
        syncDelay = delay;
    }

    @Override
    public void sync() {
        dawdle();
        handle.readLock().lock();
        try {
            RocksDB to = database();
            // Read before: what is written meanwhile may not be part of it.
            long written = to.getLatestSequenceNumber();
            disk.sync(to);
            synced = written;
        } catch (RocksDBException e) {
            throw Failures.write(directory, e);
        } finally {
            handle.readLock().unlock();
        }
    }

    private void dawdle() {
        Duration delay = syncDelay;
        if (delay.isPositive()) {
            long end = System.nanoTime() + delay.toNanos();
            for (long left = delay.toNanos(); left > 0; left = end - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
        }
    }

    @Override
    public void recover() {
        probe();
        if (!readOnly) {
            replace(openReadOnly(), true);
        }
        replace(openDatabase(), false);
    }

    private RocksDB openReadOnly() {
        try (Options reading = options.forReading()) {
            return RocksDB.openReadOnly(reading, directory.toString());
        } catch (RocksDBException e) {
            throw Failures.open(directory, e);
        }
    }

    /// Waits for reads that are under way.
    private void replace(RocksDB next, boolean nextIsReadOnly) {
        handle.writeLock().lock();
        try {
            if (database != null) {
                database.close();
            }
            database = next;
            readOnly = nextIsReadOnly;
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
            patientWrite.close();
            promptWrite.close();
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
        return Objects.requireNonNull(database);
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
