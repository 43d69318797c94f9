package io.homeport.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/// Collects the buffers that nobody released. Has to be installed before the first buffer is made.
final class LeakWatch extends ResourceLeakDetectorFactory {
    private static final Queue<String> LEAKS = new ConcurrentLinkedQueue<>();

    private LeakWatch() {}

    static void install() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(new LeakWatch());
    }

    /// Fails where a buffer that is garbage by now wasn't released.
    static void check() {
        System.gc();
        for (int i = 0; i < 16; i++) {
            // Making a buffer is when the detector looks for garbage.
            ByteBuf probe = PooledByteBufAllocator.DEFAULT.directBuffer(16);
            probe.release();
        }
        assertThat(LEAKS).isEmpty();
    }

    @Override
    @SuppressWarnings("deprecation") // abstract still
    public <T> ResourceLeakDetector<T> newResourceLeakDetector(
            Class<T> resource, int samplingInterval, long maximumActive) {
        return newResourceLeakDetector(resource, samplingInterval);
    }

    @Override
    public <T> ResourceLeakDetector<T> newResourceLeakDetector(
            Class<T> resource, int samplingInterval) {
        return new ResourceLeakDetector<>(resource, samplingInterval) {
            @Override
            protected void reportTracedLeak(String resourceType, String records) {
                LEAKS.add(resourceType + records);
            }

            @Override
            protected void reportUntracedLeak(String resourceType) {
                LEAKS.add(resourceType);
            }
        };
    }
}
