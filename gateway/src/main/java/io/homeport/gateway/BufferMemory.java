package io.homeport.gateway;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.util.internal.PlatformDependent;

/// The memory that all connections' buffers share. While much of it is taken, a connection that
/// holds more than its share is closed, so that the others go on.
final class BufferMemory {
    /// Bytes that a connection may hold while half of the memory is taken.
    static final int SHARE = 128 * 1024;

    /// Bytes that a connection may hold while three quarters are.
    static final int SMALL_SHARE = 8 * 1024;

    private BufferMemory() {}

    /// How many bytes a connection may hold now.
    static int share(ByteBufAllocator allocator) {
        if (!(allocator instanceof ByteBufAllocatorMetricProvider provider)) {
            return Integer.MAX_VALUE;
        }
        long most = PlatformDependent.maxDirectMemory();
        long used = provider.metric().usedDirectMemory();
        return share(used, most);
    }

    static int share(long used, long most) {
        return used <= most / 2 ? Integer.MAX_VALUE : used <= most / 4 * 3 ? SHARE : SMALL_SHARE;
    }
}
