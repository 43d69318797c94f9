package io.homeport.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AcceptGateTest {
    private final EventLoopGroup loops =
            new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final GatewayMetrics metrics =
            new GatewayMetrics(
                    new PrometheusMeterRegistry(PrometheusConfig.DEFAULT),
                    new EchoBroker()::statistics);
    private final NumberGaps gaps = new NumberGaps(true);
    private final AcceptGate gate = new AcceptGate(1_000, metrics, gaps);
    private final EmbeddedChannel listener = new EmbeddedChannel(gate.handler());

    @AfterEach
    void stop() {
        gaps.close();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
        listener.finishAndReleaseAll();
    }

    // What is counted in has to be counted out, or the listeners would rest for ever.
    @Test
    void connectionsThatNoEventLoopCouldTakeOverDoNotCount() throws Exception {
        for (int i = 0; i < 200; i++) {
            Channel connection = new Connection();
            listener.pipeline().fireChannelRead(connection);
            ChannelFuture taken = loops.register(connection).awaitUninterruptibly();
            assertThat(taken.isSuccess()).isFalse();
        }
        // Behind all that their ends have left to do.
        loops.submit(() -> {}).sync();
        listener.runPendingTasks();
        assertThat(metrics.newcomers).hasValue(0);
        assertThat(listener.config().isAutoRead()).isTrue();
    }

    @Test
    void listenersRestWhileManyConnectionsWaitToBeTakenOver() {
        for (int i = 0; i < 100; i++) {
            listener.pipeline().fireChannelRead(new Connection());
        }
        assertThat(listener.config().isAutoRead()).isFalse();
    }

    // netty's table of sockets is slow where their numbers have no gaps.
    @Test
    void thereIsAGapInTheNumbersOfSocketsForEach64Connections() {
        assumeThat(Files.exists(Path.of("/dev/null"))).isTrue();
        for (int connections = 0; connections < 640; connections++) {
            gaps.keepUp(connections);
        }
        assertThat(gaps.count()).isEqualTo(9);
        gaps.keepUp(100);
        assertThat(gaps.count()).isEqualTo(9);
    }

    /// One that the kernel has no room for in the event loop's set.
    private static final class Connection extends NioSocketChannel {
        @Override
        protected void doRegister(ChannelPromise promise) {
            promise.setFailure(new IOException("no space left on device"));
        }
    }
}
