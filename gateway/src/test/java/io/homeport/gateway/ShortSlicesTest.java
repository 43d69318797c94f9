package io.homeport.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// `sched_setattr(2)`, "sched_runtime".
class ShortSlicesTest {
    @Test
    void anEventLoopAsksForShortSlices() throws Exception {
        ShortSlices slices = ShortSlices.find();
        assumeTrue(slices != null, "Linux on a known processor");
        assumeTrue(heeded(), "Linux 6.12 or newer");
        try (MultiThreadIoEventLoopGroup loops =
                new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory())) {
            assertThat(loops.next().submit(slices::nanos).get()).isNotEqualTo(ShortSlices.NANOS);

            slices.askEach(loops);

            assertThat(loops.next().submit(slices::nanos).get()).isEqualTo(ShortSlices.NANOS);
            assertThat(loops.next().submit(slices::nanos).get()).isEqualTo(ShortSlices.NANOS);
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        }
    }

    @Test
    void aServerThatIsStoppedMeanwhileIsNoFault() {
        ShortSlices slices = ShortSlices.find();
        assumeTrue(slices != null, "Linux on a known processor");
        MultiThreadIoEventLoopGroup loops =
                new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();

        assertThatCode(() -> slices.askEach(loops)).doesNotThrowAnyException();
    }

    private static boolean heeded() {
        String[] version = System.getProperty("os.version").split("[^0-9]+");
        int major = Integer.parseInt(version[0]);
        return major > 6 || (major == 6 && Integer.parseInt(version[1]) >= 12);
    }
}
