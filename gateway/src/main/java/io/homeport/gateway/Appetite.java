package io.homeport.gateway;

import io.homeport.mqtt.MqttPacket;
import io.netty.channel.Channel;
import io.netty.channel.RecvByteBufAllocator;

/// How much of its event loop's time a connection takes by what it brings, in this tenth of a
/// second and in the one before. One that takes little and publishes is of the {@link Crowd}; one
/// that takes much, and always has more to bring than is read of it, floods. Owned by the
/// connection's event loop.
final class Appetite {
    private static final long WINDOW_NANOS = 100_000_000;

    /// A twentieth of the time: at QoS 0 without subscribers more than 100,000 messages a second.
    private static final int LARGE_NANOS = 5_000_000;

    /// A two-hundredth.
    private static final int SMALL_NANOS = 500_000;

    private long beginNanos;
    private long window;
    private int nanos;
    private int before;
    private boolean published;
    private boolean floods;

    /// Work begins on what the channel has brought.
    void begin(Channel channel, long nowNanos) {
        beginNanos = nowNanos;
        roll(nowNanos);
        floods = !isDrained(channel) && (floods || Math.max(nanos, before) > LARGE_NANOS);
    }

    /// Work goes on that had been put off.
    void goOn(long nowNanos) {
        beginNanos = nowNanos;
    }

    /// This was in it.
    void taken(MqttPacket packet) {
        published |= packet instanceof MqttPacket.Publish;
    }

    /// Work is put off or done.
    void end(long nowNanos) {
        roll(nowNanos);
        nanos = (int) Math.min(nanos + (nowNanos - beginNanos), WINDOW_NANOS);
        beginNanos = nowNanos;
    }

    /// What the channel had brought has been read, if not done. One that has more to bring isn't of
    /// the crowd, however little it gets: else those that are held back would hold back each other.
    /// Nor is one that has left.
    void endOfRead(Channel channel, Crowd crowd, long nowNanos) {
        end(nowNanos);
        boolean stays = channel.isActive() && isDrained(channel);
        if (published && !floods && stays && Math.max(nanos, before) < SMALL_NANOS) {
            crowd.seen(nowNanos);
        }
        published = false;
    }

    @SuppressWarnings("deprecation")
    private static boolean isDrained(Channel channel) {
        RecvByteBufAllocator.Handle reads = channel.unsafe().recvBufAllocHandle();
        return reads.lastBytesRead() < reads.attemptedBytesRead();
    }

    boolean floods() {
        return floods;
    }

    private void roll(long nowNanos) {
        long current = nowNanos / WINDOW_NANOS;
        if (current != window) {
            before = current == window + 1 ? nanos : 0;
            nanos = 0;
            window = current;
        }
    }
}
