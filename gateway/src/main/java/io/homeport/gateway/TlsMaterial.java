package io.homeport.gateway;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a TLS listener shows of itself for a server name. Immutable.
///
/// @param certificateChainPem the server's certificate first, then its issuers
/// @param privateKeyPem PKCS #8, not encrypted
/// @param versions of TLS that are spoken
/// @param certificateOptional whether clients without a certificate may finish the handshake, also
///   where the listener is for certificates
public record TlsMaterial(
        String certificateChainPem,
        String privateKeyPem,
        List<String> versions,
        boolean certificateOptional) {
    /// TLS 1.3 and 1.2.
    public static final List<String> ALL_VERSIONS = List.of("TLSv1.3", "TLSv1.2");

    public TlsMaterial {
        versions = List.copyOf(versions);
    }

    /// For all versions, with certificates as the listener says.
    public TlsMaterial(String certificateChainPem, String privateKeyPem) {
        this(certificateChainPem, privateKeyPem, ALL_VERSIONS, false);
    }

    @Override
    public String toString() {
        return "TlsMaterial[certificate of " + certificateChainPem.length() + " chars, key ***]";
    }

    /// Finds the material for a connection. Thread-safe; answers from memory.
    @FunctionalInterface
    public interface Source {
        /// @param serverName of SNI, null where the client sent none
        /// @return null where no such name is served, which ends the handshake
        @Nullable TlsMaterial forServerName(@Nullable String serverName);
    }
}
