package io.homeport.broker;

import io.homeport.mqtt.MqttPacket;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// Packets of a client that wait for what came before them. Few can: the client isn't read from
/// meanwhile. Owned by the connection's event loop.
final class HeldPackets {
    private static final int MOST = 1024;

    private final Deque<MqttPacket> packets = new ArrayDeque<>(2);

    /// False where there are too many.
    boolean add(MqttPacket packet) {
        return packets.size() < MOST && packets.add(packet);
    }

    /// The oldest, which is taken out; null where there is none.
    @Nullable MqttPacket next() {
        return packets.poll();
    }
}
