package io.homeport.bench;

import io.netty.buffer.ByteBuf;

/// The first bytes of every payload: which run, which publisher, which of its messages, and when it
/// was sent. The rest is filler.
final class MessageStamp {
    /// Bytes of the stamp, and the smallest payload.
    static final int BYTES = 24;

    private static final int PUBLISHER = 4;
    private static final int SEQUENCE = 8;
    private static final int SENT_AT = 16;

    private MessageStamp() {}

    /// @param run tells this run's messages from others on the same topics
    /// @param sequence from 0, without gaps per publisher
    /// @param sentAtNanos by {@link System#nanoTime()}
    static void write(
            ByteBuf buffer, int index, int run, int publisher, long sequence, long sentAtNanos) {
        buffer.setInt(index, run);
        buffer.setInt(index + PUBLISHER, publisher);
        buffer.setLong(index + SEQUENCE, sequence);
        buffer.setLong(index + SENT_AT, sentAtNanos);
    }

    static int run(ByteBuf buffer, int index) {
        return buffer.getInt(index);
    }

    static int publisher(ByteBuf buffer, int index) {
        return buffer.getInt(index + PUBLISHER);
    }

    static long sequence(ByteBuf buffer, int index) {
        return buffer.getLong(index + SEQUENCE);
    }

    static long sentAtNanos(ByteBuf buffer, int index) {
        return buffer.getLong(index + SENT_AT);
    }
}
