package io.homeport.broker;

import io.homeport.storage.Store;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;

/// Reads the rows below a key page by page; pages shrink where rows are large, so that one never
/// takes much memory. Used by one thread at a time.
final class TableScan {
    private static final int MOST_ROWS = 1024;
    private static final long PAGE_BYTES = 4L << 20;

    private final Store store;
    private final byte[] to;
    private byte[] from;
    private int rows = 8;
    private long rowsRead;

    /// @param prefix with which the keys of the rows begin
    TableScan(Store store, byte[] prefix) {
        this.store = store;
        this.from = prefix;
        this.to = end(prefix);
    }

    /// The first key behind all that begin with the prefix of a table.
    static byte[] end(byte[] prefix) {
        byte[] end = Arrays.copyOf(prefix, prefix.length + 1);
        end[prefix.length] = (byte) 0xFF;
        return end;
    }

    /// Hands out the keys and values of the next page; false where it was the last one.
    ///
    /// @throws io.homeport.storage.StorageException where it can't be read; the same page comes
    ///   next
    boolean next(BiConsumer<byte[], byte[]> consumer) {
        List<Store.Entry> page = store.scan(from, to, rows);
        long bytes = 0;
        for (Store.Entry entry : page) {
            bytes += entry.value().length;
            consumer.accept(entry.key(), entry.value());
        }
        rowsRead += page.size();
        if (page.size() < rows) {
            return false;
        }
        byte[] last = page.getLast().key();
        from = Arrays.copyOf(last, last.length + 1);
        rows = bytes > PAGE_BYTES ? Math.max(1, rows / 2) : Math.min(MOST_ROWS, rows * 2);
        return true;
    }

    /// How many there were until now.
    long rowsRead() {
        return rowsRead;
    }
}
