package io.homeport.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.testkit.Seeds;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CodecPropertyTest {
    @ParameterizedTest
    @EnumSource
    void whatIsEncodedIsDecodedEqual(MqttVersion version) {
        Seeds.run(
                60,
                seed -> {
                    RandomPackets packets = new RandomPackets(new SplittableRandom(seed), version);
                    for (int kind = 0; kind < RandomPackets.KINDS; kind++) {
                        MqttPacket packet = packets.next(kind);
                        ByteBuf bytes = Decoders.encode(packet, version);
                        bytes.writeByte(0xC0);
                        MqttPacket decoded = Decoders.expecting(packet, version).decode(bytes);
                        assertThat(decoded).usingRecursiveComparison().isEqualTo(packet);
                        assertThat(bytes.readableBytes()).as("bytes of the next packet").isOne();
                    }
                });
    }

    @ParameterizedTest
    @EnumSource
    void nothingIsConsumedUntilThePacketIsWhole(MqttVersion version) {
        Seeds.run(
                15,
                seed -> {
                    RandomPackets packets = new RandomPackets(new SplittableRandom(seed), version);
                    for (int kind = 0; kind < RandomPackets.KINDS; kind++) {
                        MqttPacket packet = packets.next(kind);
                        ByteBuf bytes = Decoders.encode(packet, version);
                        MqttDecoder decoder = Decoders.expecting(packet, version);
                        for (int length = 0; length < bytes.readableBytes(); length++) {
                            ByteBuf part = bytes.slice(0, length);
                            assertThat(decoder.decode(part)).isNull();
                            assertThat(part.readerIndex()).isZero();
                        }
                        assertThat(decoder.decode(bytes)).isNotNull();
                        assertThat(bytes.isReadable()).isFalse();
                    }
                });
    }

    @ParameterizedTest
    @EnumSource
    void theSizeOfPublishIsWhatEncodingItWrites(MqttVersion version) {
        Seeds.run(
                300,
                seed -> {
                    MqttPacket.Publish packet =
                            new RandomPackets(new SplittableRandom(seed), version).publish();
                    Long expiry = packet.properties().messageExpirySeconds();
                    int size =
                            MqttEncoder.sizeOfPublish(
                                    version,
                                    packet.topic(),
                                    packet.payload().length,
                                    packet.qos(),
                                    packet.topicAlias(),
                                    expiry == null ? -1 : expiry,
                                    packet.properties(),
                                    packet.subscriptionIdentifiers());
                    assertThat(size).isEqualTo(Decoders.encode(packet, version).readableBytes());
                });
    }

    /// [MQTT-3.1.2-24], and for the explanations [MQTT-3.2.2-19], [MQTT-3.2.2-20] and their like.
    @ParameterizedTest
    @EnumSource
    void aPacketIsNeverLargerThanTheReceiverAccepts(MqttVersion version) {
        Seeds.run(
                200,
                seed -> {
                    SplittableRandom random = new SplittableRandom(seed);
                    MqttPacket packet = new RandomPackets(random, version).next();
                    int maximum = 4 + random.nextInt(60);
                    ByteBuf out = Unpooled.buffer();
                    boolean written = MqttEncoder.encode(packet, version, out, maximum);
                    assertThat(out.isReadable()).isEqualTo(written);
                    assertThat(out.readableBytes()).isLessThanOrEqualTo(maximum);
                    if (written) {
                        assertThat(Decoders.expecting(packet, version).decode(out))
                                .hasSameClassAs(packet);
                    }
                });
    }
}
