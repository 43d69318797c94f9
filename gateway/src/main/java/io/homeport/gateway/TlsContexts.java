package io.homeport.gateway;

import io.homeport.core.Clock;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// The TLS contexts of one listener, one for each server certificate. Thread-safe.
///
/// TLS 1.2 and 1.3, by BoringSSL where its library is there, else by the JDK. Sessions are not
/// resumed and tickets not issued, as with AWS IoT: each connection proves its certificate anew.
final class TlsContexts {
    /// MQTT with a client certificate.
    static final String ALPN_MQTT_CERTIFICATE = "x-amzn-mqtt-ca";

    /// MQTT with a custom authorizer.
    static final String ALPN_MQTT_AUTHORIZER = "mqtt";

    /// HTTPS with a client certificate.
    static final String ALPN_HTTP_CERTIFICATE = "x-amzn-http-ca";

    static final String ALPN_HTTP = "http/1.1";

    private static final int MAXIMUM_CONTEXTS = 256;

    private final TlsMaterial.Source source;
    private final Clock clock;
    private final ClientAuth clientAuth;
    private final List<String> alpn;
    private final Map<TlsMaterial, SslContext> contexts = new ConcurrentHashMap<>();

    TlsContexts(TlsMaterial.Source source, Clock clock, ClientAuth clientAuth, List<String> alpn) {
        this.source = source;
        this.clock = clock;
        this.clientAuth = clientAuth;
        this.alpn = List.copyOf(alpn);
    }

    /// The context for a server name, null where the name isn't served.
    @Nullable SslContext forServerName(@Nullable String serverName) {
        TlsMaterial material = source.forServerName(serverName);
        if (material == null) {
            return null;
        }
        SslContext known = contexts.get(material);
        if (known != null) {
            return known;
        }
        if (contexts.size() >= MAXIMUM_CONTEXTS) {
            contexts.clear();
        }
        return contexts.computeIfAbsent(material, this::build);
    }

    private SslContext build(TlsMaterial material) {
        try {
            SslContext context =
                    SslContextBuilder.forServer(
                                    stream(material.certificateChainPem()),
                                    stream(material.privateKeyPem()))
                            .sslProvider(
                                    OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK)
                            .protocols("TLSv1.3", "TLSv1.2")
                            .clientAuth(clientAuth)
                            .trustManager(new ProofOnlyTrust(clock))
                            .applicationProtocolConfig(
                                    new ApplicationProtocolConfig(
                                            Protocol.ALPN,
                                            SelectorFailureBehavior.NO_ADVERTISE,
                                            SelectedListenerFailureBehavior.ACCEPT,
                                            alpn))
                            .build();
            if (context.sessionContext() instanceof OpenSslSessionContext sessions) {
                sessions.setSessionCacheEnabled(false);
            }
            return context;
        } catch (SSLException e) {
            throw new IllegalArgumentException(
                    "the server's certificate or key can't be used: " + e.getMessage(), e);
        }
    }

    private static ByteArrayInputStream stream(String pem) {
        return new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII));
    }
}
