package io.homeport.compat;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.jspecify.annotations.Nullable;

/// TLS of Java clients with a device's PEM files.
public final class Tls {
    private static final char[] PASSWORD = "changeit".toCharArray();

    private Tls() {}

    /// @param device null for a client without certificate
    static SSLContext context(TestServer server, TestServer.@Nullable Device device) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(
                    device == null ? null : keys(device).getKeyManagers(),
                    trust(server).getTrustManagers(),
                    null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /// What RFC 7468 makes of it.
    ///
    /// @param label for example `CERTIFICATE`
    static String pem(String label, byte[] der) {
        return "-----BEGIN "
                + label
                + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
                + "\n-----END "
                + label
                + "-----\n";
    }

    /// A client that trusts one key, whatever certificate it stands in.
    static SSLContext trusting(PublicKey key) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new OneKey(key)}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private record OneKey(PublicKey key) implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type)
                throws CertificateException {
            throw new CertificateException("no clients here");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type)
                throws CertificateException {
            if (!chain[0].getPublicKey().equals(key)) {
                throw new CertificateException("another key");
            }
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    /// @param ca the file of the CA that the client trusts
    public static SSLContext context(Path ca, Path certificate, Path key) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(
                    keys(certificate, key).getKeyManagers(), trust(ca).getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static KeyManagerFactory keys(TestServer.Device device) {
        return keys(device.certificate(), device.key());
    }

    /// @param pem the certificate's file
    /// @param privateKey its key's file
    public static KeyManagerFactory keys(Path pem, Path privateKey) {
        try (Reader reader = Files.newBufferedReader(privateKey);
                PEMParser parser = new PEMParser(reader)) {
            PrivateKey key =
                    new JcaPEMKeyConverter()
                            .getKeyPair((PEMKeyPair) parser.readObject())
                            .getPrivate();
            KeyStore store = emptyStore();
            store.setKeyEntry("device", key, PASSWORD, new Certificate[] {certificate(pem)});
            KeyManagerFactory factory =
                    KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, PASSWORD);
            return factory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static TrustManagerFactory trust(TestServer server) {
        return trust(server.endpoints().caFile());
    }

    /// @param caFile a PEM file of the CA that is trusted
    public static TrustManagerFactory trust(Path caFile) {
        try {
            KeyStore store = emptyStore();
            store.setCertificateEntry("ca", certificate(caFile));
            TrustManagerFactory factory =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            return factory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        return store;
    }

    private static Certificate certificate(Path pem) throws GeneralSecurityException, IOException {
        try (InputStream in = Files.newInputStream(pem)) {
            return CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }
}
