package io.homeport.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class OrderlyCloseTest {
    private static final long NOTHING_SCHEDULED = -1;

    // Thousands a second would fill the heap with what has gone.
    @Test
    void nothingHoldsAConnectionThatHasClosedBeforeItsGraceIsOver() {
        EmbeddedChannel channel = new EmbeddedChannel();

        OrderlyClose.after(channel.newSucceededFuture(), Duration.ofSeconds(5));

        assertThat(channel.isOpen()).isFalse();
        assertThat(channel.runScheduledPendingTasks()).isEqualTo(NOTHING_SCHEDULED);
    }
}
