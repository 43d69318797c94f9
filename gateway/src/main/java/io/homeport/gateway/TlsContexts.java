package io.homeport.gateway;

import io.homeport.core.Clock;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslServerSessionContext;
import io.netty.handler.ssl.ReferenceCountedOpenSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// The TLS contexts of one listener, one for each server certificate. Thread-safe.
///
/// TLS 1.2 and 1.3, by BoringSSL where its library is there, else by the JDK. Sessions are resumed
/// by tickets, which carry the client's certificate: it is judged anew, as in a full handshake.
/// Each context has keys of its own, so that a ticket is worth nothing at another listener or
/// server name's certificate.
final class TlsContexts {
    /// MQTT with a client certificate.
    static final String ALPN_MQTT_CERTIFICATE = "x-amzn-mqtt-ca";

    /// MQTT with a custom authorizer.
    static final String ALPN_MQTT_AUTHORIZER = "mqtt";

    /// HTTPS with a client certificate.
    static final String ALPN_HTTP_CERTIFICATE = "x-amzn-http-ca";

    static final String ALPN_HTTP = "http/1.1";

    private static final int MAXIMUM_CONTEXTS = 256;

    /// What each connection has for what BoringSSL sends by itself. What doesn't fit goes out in
    /// several turns.
    private static final int SIDE_BUFFER_BYTES = 128;

    private final TlsMaterial.Source source;
    private final Clock clock;
    private final ClientAuth clientAuth;
    private final List<String> alpn;
    private final SecureRandom random = new SecureRandom();
    private final Map<TlsMaterial, CompletableFuture<Served>> contexts = new ConcurrentHashMap<>();

    /// @param tickets null where the JDK seals them with keys of its own
    private record Served(SslContext context, @Nullable TicketKeys tickets) {}

    TlsContexts(TlsMaterial.Source source, Clock clock, ClientAuth clientAuth, List<String> alpn) {
        this.source = source;
        this.clock = clock;
        this.clientAuth = clientAuth;
        this.alpn = List.copyOf(alpn);
    }

    /// The context for a server name; empty where the name isn't served, failed where its
    /// certificate can't be used. The first one takes up to a second to make, which is done beside
    /// the event loops.
    CompletableFuture<Optional<SslContext>> forServerName(@Nullable String serverName) {
        TlsMaterial material = source.forServerName(serverName);
        if (material == null) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        CompletableFuture<Served> served = contexts.get(material);
        if (served == null) {
            if (contexts.size() >= MAXIMUM_CONTEXTS) {
                contexts.clear();
            }
            CompletableFuture<Served> made = new CompletableFuture<>();
            served = contexts.putIfAbsent(material, made);
            if (served == null) {
                served = made;
                Thread.ofVirtual().name("tls-context").start(() -> make(material, made));
            }
        }
        return served.thenApply(this::current);
    }

    private void make(TlsMaterial material, CompletableFuture<Served> made) {
        try {
            made.complete(build(material));
        } catch (RuntimeException | LinkageError e) {
            // The next connection tries again; whatever it is, nobody waits for ever.
            contexts.remove(material, made);
            made.completeExceptionally(e);
        }
    }

    private Optional<SslContext> current(Served served) {
        if (served.tickets != null) {
            served.tickets.rotate(clock.steadyMillis());
        }
        return Optional.of(served.context);
    }

    /// How many sessions were resumed by a ticket.
    long resumed() {
        long resumed = 0;
        for (CompletableFuture<Served> made : contexts.values()) {
            Served served = made.isDone() && !made.isCompletedExceptionally() ? made.join() : null;
            if (served != null && served.tickets != null) {
                resumed += served.tickets.used();
            }
        }
        return resumed;
    }

    private Served build(TlsMaterial material) {
        try {
            SslContext context =
                    SslContextBuilder.forServer(
                                    PemReader.privateKey(material.privateKeyPem()),
                                    PemReader.certificates(material.certificateChainPem()))
                            .sslProvider(
                                    OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK)
                            .protocols(material.versions())
                            .clientAuth(clientAuth(material))
                            .trustManager(new ProofOnlyTrust(clock))
                            .applicationProtocolConfig(
                                    new ApplicationProtocolConfig(
                                            Protocol.ALPN,
                                            SelectorFailureBehavior.NO_ADVERTISE,
                                            SelectedListenerFailureBehavior.ACCEPT,
                                            alpn))
                            .build();
            return new Served(context, tickets(context));
        } catch (SSLException | GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    "the server's certificate or key can't be used: " + e.getMessage(), e);
        }
    }

    private ClientAuth clientAuth(TlsMaterial material) {
        return clientAuth == ClientAuth.REQUIRE && material.certificateOptional()
                ? ClientAuth.OPTIONAL
                : clientAuth;
    }

    private @Nullable TicketKeys tickets(SslContext context) {
        if (!(context instanceof ReferenceCountedOpenSslContext openSsl)
                || !(context.sessionContext() instanceof OpenSslServerSessionContext sessions)) {
            return null;
        }
        openSsl.setBioNonApplicationBufferSize(SIDE_BUFFER_BYTES);
        // Sessions are in the clients' tickets, not in this server's memory.
        sessions.setSessionCacheEnabled(false);
        return new TicketKeys(sessions, random, clock);
    }
}
