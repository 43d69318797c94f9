package io.homeport.bench;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/// Makes TLS handlers: one context for all connections, or one per client certificate, or one per
/// connection where each is to resume its session. Thread-safe.
///
/// Counts how often a server certificate was checked; connections beyond that resumed a session.
final class TlsClient {
    private static final String NUMBER = "{n}";
    private static final long HANDSHAKE_SECONDS = 60;

    private final TlsSettings settings;
    private final X509ExtendedTrustManager trust;
    private final AtomicLong fullHandshakes = new AtomicLong();
    private final Map<String, SslContext> contexts = new ConcurrentHashMap<>();

    /// @throws BenchFailure where the CA file can't be used
    TlsClient(TlsSettings settings) {
        this.settings = settings;
        this.trust = new Counting(trust(settings.insecure() ? null : settings));
    }

    /// Handshakes in which the server proved its certificate.
    long fullHandshakes() {
        return fullHandshakes.get();
    }

    /// Counts from 0 again.
    void forgetHandshakes() {
        fullHandshakes.set(0);
    }

    /// The context of a connection.
    ///
    /// @param number of the connection, for the certificate's path
    /// @throws BenchFailure where its certificate can't be used
    SslContext context(int number) {
        String certificate = settings.certificate();
        String path =
                certificate == null ? "" : certificate.replace(NUMBER, String.valueOf(number));
        // A session can be resumed once, and a context has one for each server.
        String owner = settings.resume() ? path + '\n' + number : path;
        return contexts.computeIfAbsent(owner, _ -> context(path, number));
    }

    /// A handler of that context.
    static SslHandler handler(
            SslContext context, ByteBufAllocator allocator, String host, int port) {
        SslHandler handler = context.newHandler(allocator, host, port);
        handler.setHandshakeTimeout(HANDSHAKE_SECONDS, TimeUnit.SECONDS);
        return handler;
    }

    private SslContext context(String certificate, int number) {
        try {
            SslContextBuilder builder =
                    SslContextBuilder.forClient()
                            .sslProvider(
                                    OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK)
                            .trustManager(trust);
            if (settings.insecure()) {
                builder.endpointIdentificationAlgorithm(null);
            }
            String key = settings.key();
            if (key != null) {
                builder.keyManager(
                        Path.of(certificate).toFile(),
                        Path.of(key.replace(NUMBER, String.valueOf(number))).toFile());
            }
            if (settings.applicationProtocol() != null) {
                builder.applicationProtocolConfig(
                        new ApplicationProtocolConfig(
                                Protocol.ALPN,
                                SelectorFailureBehavior.NO_ADVERTISE,
                                SelectedListenerFailureBehavior.ACCEPT,
                                settings.applicationProtocol()));
            }
            SslContext context = builder.build();
            if (context.sessionContext() instanceof OpenSslSessionContext sessions) {
                sessions.setSessionCacheEnabled(settings.resume());
            }
            return context;
        } catch (IOException | IllegalArgumentException e) {
            throw new BenchFailure(
                    "the client certificate %s and its key can't be used: %s"
                            .formatted(certificate, reason(e)),
                    "--cert and --key take PEM files; {n} in their names is the connection's"
                            + " number.",
                    e);
        }
    }

    private static X509ExtendedTrustManager trust(@Nullable TlsSettings settings) {
        try {
            TrustManagerFactory factory;
            if (settings == null) {
                factory = InsecureTrustManagerFactory.INSTANCE;
            } else {
                factory =
                        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
                factory.init(settings.caFile() == null ? null : authorities(settings.caFile()));
            }
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509ExtendedTrustManager extended) {
                    return extended;
                }
            }
            throw new IllegalStateException("the JDK has no X.509 trust manager");
        } catch (IOException | GeneralSecurityException e) {
            throw new BenchFailure(
                    "the authorities in %s can't be used: %s"
                            .formatted(settings == null ? "" : settings.caFile(), reason(e)),
                    "--cafile takes a PEM file; Homeport's is ca/ca.pem in its data directory.",
                    e);
        }
    }

    private static KeyStore authorities(Path file) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream in = Files.newInputStream(file)) {
            int number = 0;
            for (Certificate authority :
                    CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("ca" + number++, authority);
            }
            if (number == 0) {
                throw new IOException("it has no certificate");
            }
        }
        return store;
    }

    private static String reason(Exception e) {
        return e.getCause() == null ? String.valueOf(e) : e.getMessage() + ": " + e.getCause();
    }

    /// Counts the checks and leaves them to another.
    private final class Counting extends X509ExtendedTrustManager {
        private final X509ExtendedTrustManager judge;

        Counting(X509ExtendedTrustManager judge) {
            this.judge = judge;
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            fullHandshakes.incrementAndGet();
            judge.checkServerTrusted(chain, type, engine);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            fullHandshakes.incrementAndGet();
            judge.checkServerTrusted(chain, type, socket);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type)
                throws CertificateException {
            fullHandshakes.incrementAndGet();
            judge.checkServerTrusted(chain, type);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            judge.checkClientTrusted(chain, type, engine);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            judge.checkClientTrusted(chain, type, socket);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type)
                throws CertificateException {
            judge.checkClientTrusted(chain, type);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return judge.getAcceptedIssuers();
        }
    }
}
