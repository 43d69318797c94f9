package io.homeport.bench;

import io.homeport.mqtt.Qos;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Sends numbered messages. Owned by its connection's event loop.
///
/// As fast as they go means: as long as the socket takes bytes, no more than the window are
/// unacknowledged (QoS 1 and 2), and the slowest subscriber is no more than `outstanding` behind.
/// The last keeps a broker from being drowned, so that what is measured is delivery and not how
/// much memory it has. Half of the room has to be free before it is filled, which makes batches.
final class Publisher implements Role {
    private static final int BATCH_BYTES = 64 * 1024;

    /// After this without a delivery, what is under way is taken for lost, and sending goes on.
    private static final long PATIENCE_NANOS = 2_000_000_000L;

    /// Messages at a fixed rate that may wait for room.
    private static final int WAITING_AT_MOST = 4096;

    private static final int FIRST_ERROR = 0x80;
    private static final int PUBREL = 0x62020000;

    private final LoadLoop loop;
    private final PublishTemplate template;
    private final boolean acknowledgedQos;
    private final int outstanding;
    private final List<SequenceCheck> receivers;
    private final int batch;
    private int window;
    private @Nullable Channel channel;
    private @Nullable ByteBuf releases;

    private long sent;
    private long acknowledged;
    private long refused;
    private long outOfOrderAcknowledgements;

    private long arrivedAtLeast;
    private long lastProgress;
    private long lastProgressAtNanos;

    private final long[] waiting;
    private long waitingHead;
    private long waitingTail;

    /// @param receivers the checks of the subscribers that get these messages
    Publisher(
            LoadLoop loop,
            PublishTemplate template,
            BenchSettings settings,
            List<SequenceCheck> receivers) {
        this.loop = loop;
        this.template = template;
        this.acknowledgedQos = settings.qos() != Qos.AT_MOST_ONCE;
        this.window = acknowledgedQos ? settings.inflight() : Integer.MAX_VALUE;
        this.outstanding = settings.outstanding();
        this.receivers = receivers;
        this.waiting = new long[settings.ratePerSecond() > 0 ? WAITING_AT_MOST : 0];
        this.batch = Math.max(1, BATCH_BYTES / template.length());
    }

    @Override
    public void ready(Channel opened, int receiveMaximum) {
        channel = opened;
        window = Math.min(window, receiveMaximum);
        lastProgressAtNanos = System.nanoTime();
    }

    /// Sends as much as there is room for.
    void fill(long now) {
        Channel to = channel;
        if (to == null) {
            return;
        }
        long room = outstanding - (sent - arrived());
        long most = outstanding;
        if (acknowledgedQos) {
            room = Math.min(room, window - (sent - acknowledged));
            most = Math.min(most, window);
        }
        if (room < Math.max(1, most / 2)) {
            return;
        }
        while (room > 0 && to.isWritable()) {
            int count = (int) Math.min(room, batch);
            to.writeAndFlush(template.frames(to.alloc(), count, sent, now), to.voidPromise());
            sent += count;
            room -= count;
            loop.countSent(count);
        }
    }

    /// Sends a message at a fixed rate, or remembers when it was due.
    ///
    /// @return false where too many are waiting already
    boolean sendDue(long dueAt, long now) {
        if (waitingHead == waitingTail && hasRoom()) {
            // The pacer's own lateness isn't the broker's.
            sendOne(now);
            return true;
        }
        if (waitingTail - waitingHead == WAITING_AT_MOST) {
            return false;
        }
        waiting[(int) (waitingTail++ % WAITING_AT_MOST)] = dueAt;
        return true;
    }

    /// Sends what was held up, stamped with the time at which it was due: waiting for the broker
    /// belongs to the latency.
    void sendWaiting(long now) {
        while (waitingHead < waitingTail && hasRoom()) {
            sendOne(Math.min(now, waiting[(int) (waitingHead++ % WAITING_AT_MOST)]));
        }
    }

    private boolean hasRoom() {
        return channel != null
                && channel.isWritable()
                && (!acknowledgedQos || sent - acknowledged < window);
    }

    private void sendOne(long stamp) {
        Channel to = channel;
        if (to != null) {
            to.writeAndFlush(template.frames(to.alloc(), 1, sent, stamp), to.voidPromise());
            sent++;
            loop.countSent(1);
        }
    }

    private long arrived() {
        long slowest = Long.MAX_VALUE;
        for (int i = 0; i < receivers.size(); i++) {
            slowest = Math.min(slowest, receivers.get(i).progress());
        }
        return Math.max(arrivedAtLeast, slowest);
    }

    /// Stops waiting for messages that don't come. Called now and then.
    void watch(long now) {
        long progress = arrived() + acknowledged;
        if (progress != lastProgress || sent == arrived()) {
            lastProgress = progress;
            lastProgressAtNanos = now;
        } else if (now - lastProgressAtNanos > PATIENCE_NANOS) {
            arrivedAtLeast = acknowledgedQos ? Math.max(arrivedAtLeast, acknowledged) : sent;
            lastProgressAtNanos = now;
        }
    }

    @Override
    public void acknowledged(int packetId, int reason) {
        if (packetId != PublishTemplate.packetId(acknowledged)) {
            outOfOrderAcknowledgements++;
        }
        if (reason >= FIRST_ERROR) {
            refused++;
        }
        acknowledged++;
        loop.countAcknowledged(1);
    }

    @Override
    public void pubRec(int packetId, int reason) {
        if (reason >= FIRST_ERROR) {
            acknowledged(packetId, reason);
            return;
        }
        if (channel != null) {
            if (releases == null) {
                releases = channel.alloc().directBuffer();
            }
            releases.writeInt(PUBREL | packetId);
        }
    }

    @Override
    public void readComplete() {
        if (releases != null && channel != null) {
            channel.writeAndFlush(releases, channel.voidPromise());
            releases = null;
        }
        loop.requestPump();
    }

    @Override
    public void writable() {
        loop.requestPump();
    }

    /// Messages sent.
    long sent() {
        return sent;
    }

    /// Messages acknowledged, refusals included.
    long acknowledged() {
        return acknowledged;
    }

    /// Messages acknowledged with a reason that says the broker didn't take them.
    long refused() {
        return refused;
    }

    /// Acknowledgements that weren't for the oldest message [MQTT-4.6.0-2].
    long outOfOrderAcknowledgements() {
        return outOfOrderAcknowledgements;
    }
}
