package io.homeport.gateway;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.util.internal.PlatformDependent;

/// The memory that all connections' buffers share. While most of it is taken, a connection that
/// holds more than its share is closed, so that the others go on.
final class BufferMemory {
    /// Bytes that a connection may hold in any case.
    static final int SHARE = 128 * 1024;

    private BufferMemory() {}

    static boolean isTight(ByteBufAllocator allocator) {
        return allocator instanceof ByteBufAllocatorMetricProvider provider
                && provider.metric().usedDirectMemory() > PlatformDependent.maxDirectMemory() / 2;
    }
}
