package io.homeport.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.homeport.core.MessageProperties;
import io.homeport.core.UserProperty;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class AllocationTest {
    private static final int ROUNDS = 5_000;

    /// The packet (48 bytes) and its payload (32), with object headers of today's JDK; anything
    /// more per packet, its topic above all, would show.
    @Test
    void decodingAnotherPublishToATopicAllocatesPayloadAndPacketOnly() throws InterruptedException {
        MqttDecoder decoder = Decoders.connected(MqttVersion.MQTT_5);
        ByteBuf in = Unpooled.directBuffer();
        in.writeBytes(Bytes.of("30 [ \"sensors/kitchen/temp\" [ ] '0123456789abcdef' ]"));
        try {
            long bytes =
                    allocatedPerRound(() -> {
                        in.readerIndex(0);
                        decoder.decode(in);
                    });
            assertThat(bytes).isBetween(60L, 100L);
        } finally {
            in.release();
        }
    }

    @Test
    void encodingPublishAllocatesNothing() throws InterruptedException {
        ByteBuf out = Unpooled.directBuffer(1024);
        byte[] payload = new byte[16];
        int[] identifiers = {1};
        MessageProperties properties =
                new MessageProperties(
                        1, 60L, "text", "r", payload, List.of(new UserProperty("k", "v")));
        try {
            long bytes =
                    allocatedPerRound(() -> {
                        out.clear();
                        MqttEncoder.encodePublish(
                                out,
                                MqttVersion.MQTT_5,
                                "sensors/kitchen/temp",
                                payload,
                                Qos.AT_LEAST_ONCE,
                                false,
                                false,
                                1,
                                2,
                                60,
                                properties,
                                identifiers);
                    });
            assertThat(bytes).isZero();
        } finally {
            out.release();
        }
    }

    /// Bytes per round on a thread of the kind that event loops have.
    private static long allocatedPerRound(Runnable round) throws InterruptedException {
        AtomicLong bytes = new AtomicLong(-1);
        Thread thread = new FastThreadLocalThread(() -> bytes.set(measure(round)));
        thread.start();
        thread.join();
        return bytes.get();
    }

    /// The least of several measurements: what the JVM allocates once, whenever it comes to that,
    /// is not the codec's.
    private static long measure(Runnable round) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        for (int measurement = 0; measurement < 6; measurement++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < ROUNDS; i++) {
                round.run();
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        return least / ROUNDS;
    }
}
