package io.homeport.bench;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// How connections are secured. Immutable.
///
/// @param caFile authorities to trust, PEM; null for those of the JDK
/// @param certificate path of the client certificate with `{n}` for the connection's number; null
///   for none
/// @param key path of its key, likewise; null exactly where the certificate is
/// @param insecure takes any server certificate
/// @param applicationProtocol ALPN; null for none
/// @param resume whether sessions are resumed
record TlsSettings(
        @Nullable Path caFile,
        @Nullable String certificate,
        @Nullable String key,
        boolean insecure,
        @Nullable String applicationProtocol,
        boolean resume) {}
