package io.homeport.policy;

import java.net.InetAddress;
import java.util.Optional;

/// A CIDR range of IPv4 or IPv6 addresses. An IPv4 address that is written as IPv6
/// (`::ffff:192.0.2.1`) is the IPv4 address. Never asks a name service. Immutable.
final class AddressRange {
    private final byte[] network;
    private final int prefixBits;

    private AddressRange(byte[] network, int prefixBits) {
        this.network = network;
        this.prefixBits = prefixBits;
    }

    /// Reads `192.0.2.0/24`, `2001:db8::/32` or a single address.
    static Optional<AddressRange> parse(String text) {
        int slash = text.indexOf('/');
        Optional<byte[]> address = address(slash < 0 ? text : text.substring(0, slash));
        if (address.isEmpty()) {
            return Optional.empty();
        }
        byte[] network = address.get();
        int bits = network.length * 8;
        int prefix = slash < 0 ? bits : prefix(text.substring(slash + 1));
        return prefix < 0 || prefix > bits
                ? Optional.empty()
                : Optional.of(new AddressRange(network, prefix));
    }

    /// Whether a text is an address in the range.
    boolean contains(String text) {
        return address(text).filter(this::containsBytes).isPresent();
    }

    private boolean containsBytes(byte[] address) {
        if (address.length != network.length) {
            return false;
        }
        int whole = prefixBits / 8;
        for (int i = 0; i < whole; i++) {
            if (address[i] != network[i]) {
                return false;
            }
        }
        int left = prefixBits % 8;
        return left == 0 || ((address[whole] ^ network[whole]) & 0xFF) >>> (8 - left) == 0;
    }

    private static int prefix(String text) {
        boolean digits = !text.isEmpty() && text.length() <= 3;
        for (int i = 0; i < text.length(); i++) {
            digits &= text.charAt(i) >= '0' && text.charAt(i) <= '9';
        }
        return digits ? Integer.parseInt(text) : -1;
    }

    private static Optional<byte[]> address(String text) {
        boolean sixth = text.indexOf(':') >= 0;
        boolean plausible =
                text.length() <= 45
                        && text.indexOf('%') < 0
                        && text.indexOf('[') < 0
                        && (sixth || text.chars().filter(c -> c == '.').count() == 3);
        if (!plausible) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.ofLiteral(text).getAddress());
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}
