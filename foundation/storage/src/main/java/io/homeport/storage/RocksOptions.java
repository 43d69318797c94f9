package io.homeport.storage;

import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.CompressionType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.WALRecoveryMode;

/// RocksDB's options for {@link Settings}, and the native objects they hang on. Immutable; closed
/// after the databases that were opened with it.
final class RocksOptions implements AutoCloseable {
    private final LRUCache cache;
    private final BloomFilter filter;
    private final Options options;

    RocksOptions(Settings settings) {
        // A small cache is cut into few shards: an entry must fit into one of them.
        cache = new LRUCache(settings.blockCacheBytes(), 2);
        filter = new BloomFilter(10);
        options =
                new Options()
                        .setCreateIfMissing(true)
                        .setTableFormatConfig(
                                new BlockBasedTableConfig()
                                        .setBlockCache(cache)
                                        .setCacheIndexAndFilterBlocks(true)
                                        .setPinL0FilterAndIndexBlocksInCache(true)
                                        .setFilterPolicy(filter))
                        .setCompressionType(CompressionType.LZ4_COMPRESSION)
                        .setWriteBufferSize(settings.writeBufferBytes())
                        .setMaxWriteBufferNumber(2)
                        .setMaxTotalWalSize(settings.maxWalBytes())
                        .setMaxOpenFiles(settings.maxOpenFiles())
                        .setMaxBackgroundJobs(2)
                        // Memtables with many range deletions make every read slow.
                        .setMemtableMaxRangeDeletions(1000)
                        // Ends the log at its first damaged record. Damage can only lie behind the
                        // last fsync (a torn write, or blocks that a power cut left unwritten), so
                        // this loses nothing that was acknowledged, and what is left is a prefix of
                        // the commits. The stricter modes refuse to open after some power cuts.
                        .setWalRecoveryMode(WALRecoveryMode.PointInTimeRecovery)
                        .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                        .setMaxLogFileSize(1 << 20)
                        .setKeepLogFileNum(3)
                        .setMaxManifestFileSize(4 << 20)
                        .setStatsDumpPeriodSec(0)
                        .setStatsPersistPeriodSec(0)
                        .setSkipStatsUpdateOnDbOpen(true);
    }

    Options options() {
        return options;
    }

    /// For a database that is only read, beside one that may delete files: all of them are opened
    /// at once. Closed by the caller.
    Options forReading() {
        return new Options(options).setMaxOpenFiles(-1);
    }

    @Override
    public void close() {
        options.close();
        filter.close();
        cache.close();
    }
}
