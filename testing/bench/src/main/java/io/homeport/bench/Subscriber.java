package io.homeport.bench;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Receives, checks and acknowledges messages. Owned by its connection's event loop.
final class Subscriber implements Role {
    private static final int PUBACK = 0x40020000;
    private static final int PUBREC = 0x50020000;
    private static final int PUBCOMP = 0x70020000;

    private final LoadLoop loop;
    private final int run;
    private final int payloadBytes;
    private final int firstPublisher;
    private final SequenceCheck[] checks;
    private final List<LoadLoop> publishersLoops;
    private @Nullable Channel channel;
    private @Nullable ByteBuf answers;
    private int arrived;
    private long foreign;

    /// @param firstPublisher number of the publisher of the first check; the others follow
    /// @param publishersLoops the loops of the publishers that wait for these deliveries
    Subscriber(
            LoadLoop loop,
            int run,
            int payloadBytes,
            int firstPublisher,
            List<SequenceCheck> checks,
            List<LoadLoop> publishersLoops) {
        this.loop = loop;
        this.run = run;
        this.payloadBytes = payloadBytes;
        this.firstPublisher = firstPublisher;
        this.checks = checks.toArray(SequenceCheck[]::new);
        this.publishersLoops = publishersLoops;
    }

    @Override
    public void ready(Channel opened, int receiveMaximum) {
        channel = opened;
    }

    @Override
    public void publish(
            ByteBuf buffer, int payloadAt, int length, int qos, int packetId, boolean duplicate) {
        if (length == payloadBytes && MessageStamp.run(buffer, payloadAt) == run) {
            int check = MessageStamp.publisher(buffer, payloadAt) - firstPublisher;
            if (check >= 0 && check < checks.length) {
                checks[check].arrived(MessageStamp.sequence(buffer, payloadAt));
                loop.latency()
                        .record(loop.readAtNanos() - MessageStamp.sentAtNanos(buffer, payloadAt));
                arrived++;
            } else {
                foreign++;
            }
        } else {
            foreign++;
        }
        if (qos > 0) {
            answer((qos == 1 ? PUBACK : PUBREC) | packetId);
        }
    }

    @Override
    public void pubRel(int packetId) {
        answer(PUBCOMP | packetId);
    }

    private void answer(int packet) {
        ByteBuf out = answers;
        if (out == null) {
            if (channel == null) {
                return;
            }
            out = channel.alloc().directBuffer();
            answers = out;
        }
        out.writeInt(packet);
    }

    @Override
    public void readComplete() {
        if (answers != null && channel != null) {
            channel.writeAndFlush(answers, channel.voidPromise());
            answers = null;
        }
        if (arrived > 0) {
            loop.countDelivered(arrived);
            arrived = 0;
            for (int i = 0; i < publishersLoops.size(); i++) {
                publishersLoops.get(i).requestPump();
            }
        }
    }

    /// Messages that no publisher of this run sent, or that came damaged.
    long foreign() {
        return foreign;
    }
}
