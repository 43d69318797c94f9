package io.homeport.storage;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// Reads the write-ahead logs of a database before it is opened, to tell two kinds of damage apart.
///
/// A power cut may leave the end of the log torn, or with holes: all of that is behind the last
/// fsync, nobody was told that it is durable, and RocksDB rightly ends the log there. But a bad
/// sector may damage what was fsynced long ago, and then RocksDB drops everything behind it just
/// the same. To know the difference, every commit carries a mark in the log: up to which sequence
/// number everything was fsynced when it was written. An intact record behind the damage whose mark
/// lies beyond it proves that acknowledged changes are lost.
///
/// The format is RocksDB's (its wiki, "Write Ahead Log File Format"): blocks of 32 KiB with records
/// that don't cross them: CRC-32C, length, type, content; a change that doesn't fit is cut into
/// several. Used once, by one thread.
final class LogCheck {
    private static final int BLOCK = 32_768;
    private static final int HEADER = 7;

    /// Types of records; those behind the last one say something about the log.
    private static final int FULL = 1;

    private static final int FIRST = 2;
    private static final int LAST = 4;

    /// Sequence number and count, which a batch begins with.
    private static final int BATCH_HEADER = 12;

    private static final byte LOG_DATA = 3;
    private static final byte[] MAGIC = "hp:synced=".getBytes(StandardCharsets.US_ASCII);
    private static final int MARK = MAGIC.length + Long.BYTES;

    /// The first sequence number that isn't in intact records; -1 before the first one.
    private long expected = -1;

    private long synced = -1;
    private int intactBehind;
    private @Nullable Damage damage;

    /// @param position of the first byte in the file that isn't part of an intact change
    /// @param bytes from there to the end of the file
    /// @param intactBehind intact changes behind the damage, which can't be used without it
    /// @param acknowledged whether it is proved that what is lost was durable before
    record Damage(Path file, long position, long bytes, int intactBehind, boolean acknowledged) {}

    private LogCheck() {}

    /// What a batch begins with: everything up to this sequence number is fsynced.
    static byte[] mark(long syncedSequence) {
        return ByteBuffer.allocate(MARK).put(MAGIC).putLong(syncedSequence).array();
    }

    /// Damage of the logs in the directory; null where there is none.
    static @Nullable Damage of(Path directory) throws IOException {
        LogCheck check = new LogCheck();
        List<Path> logs;
        try (Stream<Path> files = Files.list(directory)) {
            logs =
                    files.filter(file -> file.toString().endsWith(".log"))
                            .sorted(Comparator.comparing(file -> file.getFileName().toString()))
                            .toList();
        }
        for (Path log : logs) {
            try (FileChannel channel = FileChannel.open(log);
                    Arena arena = Arena.ofConfined()) {
                MemorySegment content =
                        channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
                check.new Reader(log, content.asByteBuffer()).read();
            }
        }
        Damage found = check.damage;
        return found == null
                ? null
                : new Damage(
                        found.file,
                        found.position,
                        found.bytes,
                        check.intactBehind,
                        check.synced >= 0 && check.synced >= check.expected);
    }

    /// Reads one log.
    private final class Reader {
        private final Path file;
        private final ByteBuffer buffer;
        private final int size;

        /// Behind it there are zeros at most: blocks that were allotted and never written.
        private final int written;

        private int position;

        /// Where the change begins whose parts are being read; -1 for none.
        private int begun = -1;

        private long endOfBegun;

        Reader(Path file, ByteBuffer content) {
            this.file = file;
            this.buffer = content.order(ByteOrder.LITTLE_ENDIAN);
            this.size = content.limit();
            int last = size;
            while (last > 0 && buffer.get(last - 1) == 0) {
                last--;
            }
            this.written = last;
        }

        void read() {
            while (position < written) {
                int left = BLOCK - position % BLOCK;
                if (left < HEADER) {
                    position += left;
                } else if (isIntact(position, left)) {
                    take();
                } else {
                    damaged(position);
                    position++;
                }
            }
            if (begun >= 0) {
                damaged(begun);
            }
        }

        private boolean isIntact(int at, int left) {
            if (at + HEADER > size) {
                return false;
            }
            int type = type(at);
            int length = length(at);
            if (type == 0
                    || (damage != null && type > LAST)
                    || length > left - HEADER
                    || at + HEADER + length > size) {
                return false;
            }
            CRC32C crc = new CRC32C();
            crc.update(buffer.slice(at + HEADER - 1, 1 + length));
            return masked((int) crc.getValue()) == buffer.getInt(at);
        }

        private int type(int at) {
            return buffer.get(at + HEADER - 1) & 0xFF;
        }

        private int length(int at) {
            return buffer.getShort(at + 4) & 0xFFFF;
        }

        /// As RocksDB stores checksums.
        private static int masked(int crc) {
            return ((crc >>> 15) | (crc << 17)) + 0xa282ead8;
        }

        private void take() {
            int type = type(position);
            int length = length(position);
            if (type == FULL || type == FIRST) {
                if (begun >= 0) {
                    damaged(begun);
                }
                begun = position;
                begins(position + HEADER, length);
            } else if (begun < 0 && type <= LAST) {
                // The rest of a change whose beginning is gone.
                damaged(position);
            }
            if (begun >= 0 && (type == FULL || type == LAST)) {
                begun = -1;
                ends();
            }
            position += HEADER + length;
        }

        private void begins(int at, int length) {
            if (length < BATCH_HEADER) {
                endOfBegun = expected;
                return;
            }
            long sequence = buffer.getLong(at);
            endOfBegun = sequence + buffer.getInt(at + Long.BYTES);
            Damage before = damage;
            if (before != null && !before.file.equals(file) && sequence == expected) {
                // Nothing is missing: what was damaged was never written as a change.
                damage = null;
                intactBehind = 0;
            }
            if (damage != null) {
                if (expected < 0) {
                    // Nothing is intact before the damage.
                    expected = sequence - 1;
                }
                int content = at + BATCH_HEADER;
                if (length >= BATCH_HEADER + 2 + MARK
                        && buffer.get(content) == LOG_DATA
                        && buffer.get(content + 1) == MARK
                        && isMagic(content + 2)) {
                    synced = Math.max(synced, mark(content + 2));
                }
            }
        }

        private boolean isMagic(int at) {
            for (int i = 0; i < MAGIC.length; i++) {
                if (buffer.get(at + i) != MAGIC[i]) {
                    return false;
                }
            }
            return true;
        }

        private long mark(int at) {
            return Long.reverseBytes(buffer.getLong(at + MAGIC.length));
        }

        private void ends() {
            if (damage == null) {
                expected = endOfBegun;
            } else {
                intactBehind++;
            }
        }

        private void damaged(int at) {
            begun = -1;
            if (damage == null) {
                damage = new Damage(file, at, size - at, 0, false);
            }
        }
    }

    /// What refuses to start where acknowledged changes are damaged, and what to do then.
    static StorageException refusal(Path directory, Damage damage) {
        return new StorageException(
                "the log "
                        + damage.file
                        + " is damaged at byte "
                        + damage.position
                        + ", in a part that was safely on the disk before, and "
                        + damage.intactBehind
                        + " later changes depend on it. That is no power cut: check the disk and"
                        + " restore "
                        + directory
                        + " from a backup. To go on without everything that was written from there"
                        + " on: keep a copy of the directory, then 'truncate -s "
                        + damage.position
                        + " "
                        + damage.file
                        + "' and delete the logs with higher numbers");
    }

    /// Whether the file is gone that every other one hangs on. RocksDB would take the directory for
    /// empty and delete the rest.
    static boolean isHeadless(Path directory) throws IOException {
        if (Files.exists(directory.resolve("CURRENT"))) {
            return false;
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .anyMatch(name -> name.endsWith(".sst") || name.startsWith("MANIFEST-"));
        }
    }
}
