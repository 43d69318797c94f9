package io.homeport.jmh;

import io.homeport.mqtt.MqttDecoder;
import io.homeport.mqtt.MqttLimits;
import io.homeport.mqtt.MqttPacket;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import io.homeport.mqtt.ReasonCode;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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

/// From a socket's bytes to packets, 128-byte payloads. CONNECT includes its connection's decoder.
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
public class DecodeBenchmark {
    @Param({"3", "5"})
    public String mqtt = "5";

    private final MqttDecoder decoder = MqttDecoder.forServer(MqttLimits.DEFAULT);
    private ByteBuf connect = Frames.bytes(new MqttPacket.PingReq(), MqttVersion.MQTT_5);
    private ByteBuf publishQos0 = connect;
    private ByteBuf publishQos1 = connect;
    private ByteBuf subscribe = connect;
    private ByteBuf pubAck = connect;

    @Setup
    public void setUp() {
        MqttVersion version = Frames.version(mqtt);
        connect = Frames.bytes(Frames.connect(version, "lamp-000042"), version);
        publishQos0 = Frames.bytes(Frames.publish(Qos.AT_MOST_ONCE, 0), version);
        publishQos1 = Frames.bytes(Frames.publish(Qos.AT_LEAST_ONCE, 7), version);
        subscribe =
                Frames.bytes(
                        Frames.subscribe("fleet/+/lamp-000042/commands", Qos.AT_LEAST_ONCE),
                        version);
        pubAck =
                Frames.bytes(
                        new MqttPacket.PubAck(7, ReasonCode.SUCCESS, null, List.of()), version);
        decode(connect);
    }

    private @Nullable MqttPacket decode(ByteBuf frame) {
        frame.readerIndex(0);
        return decoder.decode(frame);
    }

    @Benchmark
    public @Nullable MqttPacket connect() {
        connect.readerIndex(0);
        return MqttDecoder.forServer(MqttLimits.DEFAULT).decode(connect);
    }

    @Benchmark
    public @Nullable MqttPacket publishQos0() {
        return decode(publishQos0);
    }

    @Benchmark
    public @Nullable MqttPacket publishQos1() {
        return decode(publishQos1);
    }

    @Benchmark
    public @Nullable MqttPacket subscribe() {
        return decode(subscribe);
    }

    @Benchmark
    public @Nullable MqttPacket pubAck() {
        return decode(pubAck);
    }
}
