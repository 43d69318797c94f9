package io.homeport.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.core.AccountId;
import io.homeport.testkit.SimTimers;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class NewcomerTest {
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final LoopDuties duties = new LoopDuties(channel.eventLoop());

    // A client that sends a request right behind its handshake isn't judged before its turn comes.
    @Test
    void whatWaitsWhenTheConnectionHasBeenSetUpIsPassedOn() {
        channel.pipeline().addLast(new Newcomer(services(), () -> {}));
        duties.turnover().used(TimeUnit.SECONDS.toNanos(1));
        channel.pipeline().fireChannelRead(Unpooled.wrappedBuffer(new byte[] {1}));
        assertThat(channel.<Object>readInbound()).isNull();

        Newcomer.leave(channel.pipeline());
        channel.runScheduledPendingTasks();

        assertThat(channel.<Object>readInbound()).isEqualTo(Unpooled.wrappedBuffer(new byte[] {1}));
        assertThat(channel.pipeline().get(Newcomer.class)).isNull();
    }

    private Services services() {
        EchoBroker broker = new EchoBroker();
        GatewayMetrics metrics =
                new GatewayMetrics(
                        new PrometheusMeterRegistry(PrometheusConfig.DEFAULT), broker::statistics);
        return new Services(
                GatewaySettings.standard(AccountId.DEFAULT, "us-east-1"),
                broker,
                new TestDirectory(),
                new AuthorizerDesk(new TestAuthorizers(), metrics),
                System::currentTimeMillis,
                new SimTimers(),
                metrics,
                new Explanations(System::currentTimeMillis),
                new EventLog(),
                channel.eventLoop(),
                Map.of(channel.eventLoop(), duties),
                new AddressNames());
    }
}
