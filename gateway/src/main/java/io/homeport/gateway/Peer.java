package io.homeport.gateway;

import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/// The two ends of a connection. Immutable.
///
/// @param serverName of SNI, or null
record Peer(
        String sourceIp,
        int sourcePort,
        String targetIp,
        int targetPort,
        @Nullable String serverName) {

    static Peer of(Channel channel, @Nullable String serverName, AddressNames names) {
        return new Peer(
                ip(channel.remoteAddress(), names),
                port(channel.remoteAddress()),
                ip(channel.localAddress(), names),
                port(channel.localAddress()),
                serverName);
    }

    private static String ip(@Nullable SocketAddress address, AddressNames names) {
        return address instanceof InetSocketAddress inet && inet.getAddress() != null
                ? names.of(inet.getAddress())
                : "unknown";
    }

    private static int port(@Nullable SocketAddress address) {
        return address instanceof InetSocketAddress inet ? inet.getPort() : 0;
    }
}
