package io.homeport.jmh;

import io.homeport.core.MessageProperties;
import io.homeport.mqtt.MqttEncoder;
import io.homeport.mqtt.MqttPacket;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import io.homeport.mqtt.ReasonCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// From packets to bytes in a direct buffer with room, 128-byte payloads. The two of fan-out tell
/// what encoding once is worth: 100 frames that differ in nothing, encoded each or copied.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {
            "-XX:+UseSerialGC",
            "-XX:+UseCompactObjectHeaders",
            "-Xmx3g",
            "--sun-misc-unsafe-memory-access=allow",
            "--enable-native-access=ALL-UNNAMED"
        })
public class EncodeBenchmark {
    private static final int RECEIVERS = 100;
    private static final int[] NO_IDENTIFIERS = {};

    @Param({"3", "5"})
    public String mqtt = "5";

    private final ByteBuf out = Unpooled.directBuffer(64 * 1024);
    private final MqttPacket pubAck = new MqttPacket.PubAck(7, ReasonCode.SUCCESS, null, List.of());
    private MqttVersion version = MqttVersion.MQTT_5;
    private ByteBuf frame = out;

    @Setup
    public void setUp() {
        version = Frames.version(mqtt);
        frame = Frames.bytes(Frames.publish(Qos.AT_MOST_ONCE, 0), version);
    }

    private void publish(Qos qos, int packetId) {
        MqttEncoder.encodePublish(
                out,
                version,
                Frames.TOPIC,
                Frames.PAYLOAD,
                qos,
                false,
                false,
                packetId,
                0,
                -1,
                MessageProperties.NONE,
                NO_IDENTIFIERS);
    }

    @Benchmark
    public ByteBuf publishQos0() {
        out.clear();
        publish(Qos.AT_MOST_ONCE, 0);
        return out;
    }

    @Benchmark
    public ByteBuf publishQos1() {
        out.clear();
        publish(Qos.AT_LEAST_ONCE, 7);
        return out;
    }

    @Benchmark
    public ByteBuf pubAck() {
        out.clear();
        MqttEncoder.encode(pubAck, version, out);
        return out;
    }

    @Benchmark
    public ByteBuf fanOutOf100EncodedEach() {
        out.clear();
        for (int i = 0; i < RECEIVERS; i++) {
            publish(Qos.AT_MOST_ONCE, 0);
        }
        return out;
    }

    @Benchmark
    public ByteBuf fanOutOf100EncodedOnce() {
        out.clear();
        publish(Qos.AT_MOST_ONCE, 0);
        for (int i = 1; i < RECEIVERS; i++) {
            out.writeBytes(frame, 0, frame.writerIndex());
        }
        return out;
    }
}
