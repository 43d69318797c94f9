package io.homeport.gateway;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;

/// Whose address or host name it is. Stateless; resolves no names.
final class Addresses {
    private Addresses() {}

    /// Whether the text form of an address is this machine's own.
    static boolean isLoopback(String ip) {
        try {
            return InetAddress.ofLiteral(ip).isLoopbackAddress();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /// Whether a Host header names this machine by a loopback name or address.
    static boolean isLocalName(String hostHeader) {
        String host = hostHeader.toLowerCase(Locale.ROOT);
        if (host.startsWith("[")) {
            int end = host.indexOf(']');
            return end > 0 && isLoopback(host.substring(1, end));
        }
        int colon = host.indexOf(':');
        String name = colon < 0 ? host : host.substring(0, colon);
        return name.equals("localhost") || name.endsWith(".localhost") || isLoopback(name);
    }

    /// Whether binding to an address leaves other machines out.
    static boolean bindsLoopbackOnly(String address) {
        try {
            return InetAddress.getByName(address).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
