package io.homeport.identity;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/// The textual encoding of certificates and keys (RFC 7468). Pure.
final class Pem {
    static final String CERTIFICATE = "CERTIFICATE";

    /// Nothing that AWS IoT takes is longer than this, in characters.
    static final int MAXIMUM_LENGTH = 65_536;

    private static final Base64.Encoder LINES =
            Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));

    private Pem() {}

    /// Encodes with lines of 64 characters and a line end behind the last.
    static String encode(String label, byte[] der) {
        return "-----BEGIN "
                + label
                + "-----\n"
                + LINES.encodeToString(der)
                + "\n-----END "
                + label
                + "-----\n";
    }

    /// The bytes of the first block with this label; nothing where there is none or it isn't
    /// Base64.
    static Optional<byte[]> decode(String label, String text) {
        String begin = "-----BEGIN " + label + "-----";
        String end = "-----END " + label + "-----";
        int from = text.indexOf(begin);
        int to = from < 0 ? -1 : text.indexOf(end, from);
        if (to < 0 || text.length() > MAXIMUM_LENGTH) {
            return Optional.empty();
        }
        String body = text.substring(from + begin.length(), to);
        try {
            return Optional.of(Base64.getDecoder().decode(body.replaceAll("\\s+", "")));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
