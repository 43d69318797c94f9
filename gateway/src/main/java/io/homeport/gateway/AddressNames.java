package io.homeport.gateway;

import java.net.InetAddress;
import java.util.concurrent.ConcurrentHashMap;

/// The texts of addresses, shared by the connections that have the same: their own address always
/// is, and those of fleets behind one router are, too. Bounded: it starts anew when it is full.
/// Thread-safe.
final class AddressNames {
    private static final int MAXIMUM = 4096;

    private final ConcurrentHashMap<InetAddress, String> names = new ConcurrentHashMap<>();

    String of(InetAddress address) {
        String known = names.get(address);
        if (known != null) {
            return known;
        }
        if (names.size() >= MAXIMUM) {
            names.clear();
        }
        String name = address.getHostAddress();
        names.put(address, name);
        return name;
    }
}
