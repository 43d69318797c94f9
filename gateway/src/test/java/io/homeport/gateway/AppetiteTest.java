package io.homeport.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.core.MessageProperties;
import io.homeport.mqtt.MqttPacket;
import io.homeport.mqtt.Qos;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AppetiteTest {
    private static final int ASKED = 1024;
    private static final MqttPacket PUBLISH =
            new MqttPacket.Publish(
                    false,
                    Qos.AT_MOST_ONCE,
                    false,
                    "a",
                    0,
                    new byte[0],
                    MessageProperties.NONE,
                    0,
                    new int[0]);

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final Crowd crowd = new Crowd();
    private final Appetite appetite = new Appetite();
    private long now = System.nanoTime();

    @Test
    void oneThatTakesMuchAndAlwaysHasMoreToBringFloods() {
        works(50);
        brings(ASKED);

        assertThat(appetite.floods()).isTrue();
    }

    @Test
    void oneThatTakesMuchAndHasBroughtAllDoesNot() {
        works(50);
        brings(ASKED - 1);

        assertThat(appetite.floods()).isFalse();
    }

    @Test
    void oneThatTakesLittleDoesNot() {
        works(1);
        brings(ASKED);

        assertThat(appetite.floods()).isFalse();
    }

    @Test
    void aFloodThatIsHeldBackIsStillOne() {
        works(50);
        brings(ASKED);
        now += TimeUnit.SECONDS.toNanos(1);
        brings(ASKED);

        assertThat(appetite.floods()).isTrue();
    }

    @Test
    void aFloodIsOverOnceNothingIsLeft() {
        works(50);
        brings(ASKED);
        brings(ASKED - 1);

        assertThat(appetite.floods()).isFalse();
    }

    @Test
    void aFloodThatIsHeldBackIsNotOfTheCrowd() {
        works(50);
        brings(ASKED);
        now += TimeUnit.SECONDS.toNanos(1);
        brings(ASKED);
        appetite.taken(PUBLISH);
        works(0);

        assertThat(crowd.isThere(now)).isFalse();
    }

    @Test
    void onlyOneThatTakesLittleAndPublishesIsOfTheCrowd() {
        brings(ASKED - 1);
        works(0);
        assertThat(crowd.isThere(now)).isFalse();
        appetite.taken(PUBLISH);
        works(1);
        assertThat(crowd.isThere(now)).isFalse();
        now += TimeUnit.SECONDS.toNanos(1);
        appetite.taken(PUBLISH);
        works(0);
        assertThat(crowd.isThere(now)).isTrue();
    }

    private void works(long millis) {
        appetite.goOn(now);
        now += TimeUnit.MILLISECONDS.toNanos(millis);
        appetite.endOfRead(channel, crowd, now);
    }

    @SuppressWarnings("deprecation")
    private void brings(int bytes) {
        RecvByteBufAllocator.Handle reads = channel.unsafe().recvBufAllocHandle();
        reads.attemptedBytesRead(ASKED);
        reads.lastBytesRead(bytes);
        appetite.begin(channel, now);
    }
}
