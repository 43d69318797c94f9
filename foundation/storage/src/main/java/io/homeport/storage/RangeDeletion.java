package io.homeport.storage;

import java.util.Arrays;
import java.util.List;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;

/// Writes the changes of a batch into one of RocksDB's, which applies them in the same order.
///
/// RocksDB's own range deletions make every later read look through all of them until a compaction,
/// which costs milliseconds after some thousands. So a range that holds few keys becomes deletions
/// of these keys, and only a large one stays a range.
final class RangeDeletion {
    /// Up to this many keys are deleted one by one.
    private static final int FEW = 512;

    private RangeDeletion() {}

    static boolean isIn(WriteBatch batch) {
        return batch.changes().stream().anyMatch(WriteBatch.Change.DeleteRange.class::isInstance);
    }

    /// Nobody may write to the database between this call and the commit.
    static void copy(WriteBatch batch, org.rocksdb.WriteBatch target, RocksDB database)
            throws RocksDBException {
        List<WriteBatch.Change> changes = batch.changes();
        for (int i = 0; i < changes.size(); i++) {
            if (changes.get(i) instanceof WriteBatch.Change.DeleteRange(byte[] from, byte[] to)) {
                deleteRange(changes.subList(0, i), from, to, target, database);
            } else {
                copy(changes.get(i), target);
            }
        }
    }

    /// Copies a put or a deletion of one key.
    static void copy(WriteBatch.Change change, org.rocksdb.WriteBatch target)
            throws RocksDBException {
        switch (change) {
            case WriteBatch.Change.Put(byte[] key, byte[] value) -> target.put(key, value);
            case WriteBatch.Change.Delete(byte[] key) -> target.delete(key);
            case WriteBatch.Change.DeleteRange range ->
                    throw new AssertionError("not a change of one key: " + range);
        }
    }

    private static void deleteRange(
            List<WriteBatch.Change> before,
            byte[] from,
            byte[] to,
            org.rocksdb.WriteBatch target,
            RocksDB database)
            throws RocksDBException {
        if (Arrays.compareUnsigned(from, to) >= 0) {
            return;
        }
        target.setSavePoint();
        try (Slice bound = new Slice(to);
                ReadOptions read = new ReadOptions().setIterateUpperBound(bound);
                RocksIterator iterator = database.newIterator(read)) {
            iterator.seek(from);
            for (int found = 0; found < FEW && iterator.isValid(); found++) {
                target.delete(iterator.key());
                iterator.next();
            }
            iterator.status();
            if (iterator.isValid()) {
                target.rollbackToSavePoint();
                target.deleteRange(from, to);
                return;
            }
        }
        target.popSavePoint();
        for (WriteBatch.Change change : before) {
            if (change instanceof WriteBatch.Change.Put(byte[] key, byte[] value)
                    && Arrays.compareUnsigned(key, from) >= 0
                    && Arrays.compareUnsigned(key, to) < 0) {
                target.delete(key);
            }
        }
    }
}
