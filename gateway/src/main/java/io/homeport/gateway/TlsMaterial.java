package io.homeport.gateway;

import org.jspecify.annotations.Nullable;

/// What a TLS listener shows of itself for a server name. Immutable.
///
/// @param certificateChainPem the server's certificate first, then its issuers
/// @param privateKeyPem PKCS #8, not encrypted
public record TlsMaterial(String certificateChainPem, String privateKeyPem) {
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
