package io.homeport.bench;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;

/// What a connection is there for. Called by the connection's event loop only.
interface Role {
    /// A connection that sends and receives nothing.
    Role IDLE = new Role() {};

    /// The broker has taken the connection (and the subscription).
    ///
    /// @param receiveMaximum how many messages the broker takes unacknowledged
    default void ready(Channel channel, int receiveMaximum) {}

    /// As {@link FrameReader.Sink#publish}.
    default void publish(
            ByteBuf buffer,
            int payloadAt,
            int payloadBytes,
            int qos,
            int packetId,
            boolean duplicate) {}

    /// PUBACK, or PUBCOMP.
    ///
    /// @param reason the reason code
    default void acknowledged(int packetId, int reason) {}

    default void pubRec(int packetId, int reason) {}

    default void pubRel(int packetId) {}

    /// All that was readable has been read.
    default void readComplete() {}

    /// The socket takes bytes again.
    default void writable() {}
}
