package io.homeport.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.testkit.Seeds;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class MqttDecoderMutationTest {
    @Test
    void spoiltPacketsAreDecodedOrRefused() {
        AtomicInteger decoded = new AtomicInteger();
        Seeds.run(
                4000,
                seed -> {
                    SplittableRandom random = new SplittableRandom(seed);
                    byte[] data = mutate(random, packets(random));
                    decoded.addAndGet(CodecChecks.decodeAny(data));
                });
        // Otherwise the mutations would never get past the first checks.
        assertThat(decoded.get()).isGreaterThan(1000);
    }

    /// A byte that chooses the state, and one to three packets.
    private static byte[] packets(SplittableRandom random) {
        MqttVersion version = random.nextBoolean() ? MqttVersion.MQTT_5 : MqttVersion.MQTT_3_1_1;
        RandomPackets packets = new RandomPackets(random, version);
        ByteBuf out = Unpooled.buffer();
        out.writeByte(random.nextInt(5));
        for (int count = 1 + random.nextInt(3); count > 0; count--) {
            MqttEncoder.encode(packets.next(), version, out);
        }
        return ByteBufUtil.getBytes(out);
    }

    private static byte[] mutate(SplittableRandom random, byte[] original) {
        byte[] data = original;
        for (int count = random.nextInt(4); count > 0; count--) {
            // Most of what is checked stands at the beginning.
            int at = random.nextInt(Math.min(data.length, random.nextBoolean() ? 24 : 4096));
            switch (random.nextInt(4)) {
                case 0 -> data[at] = (byte) (1 << random.nextInt(8) ^ data[at]);
                case 1 -> data[at] = (byte) random.nextInt(256);
                case 2 -> data = Arrays.copyOf(data, Math.max(1, data.length - random.nextInt(4)));
                default -> {
                    byte[] longer = new byte[data.length + 1];
                    System.arraycopy(data, 0, longer, 0, at);
                    longer[at] = (byte) random.nextInt(256);
                    System.arraycopy(data, at, longer, at + 1, data.length - at);
                    data = longer;
                }
            }
        }
        return data;
    }
}
