package io.homeport.rules.kafka;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.security.auth.SslEngineFactory;
import org.jspecify.annotations.Nullable;

/// TLS with key stores that are in memory and never on the disk. Made by Kafka's client, one per
/// producer; immutable once configured.
public final class MemoryStores implements SslEngineFactory {
    /// The setting that has the action's client properties.
    static final String PROPERTIES = "homeport.client.properties";

    private @Nullable SSLContext context;
    private @Nullable KeyStore keys;
    private @Nullable KeyStore trust;

    @Override
    public void configure(Map<String, ?> settings) {
        if (!(settings.get(PROPERTIES) instanceof Map<?, ?> properties)) {
            throw new KafkaException("the client properties are missing");
        }
        try {
            keys = store(properties, KafkaProperties.KEY_STORE);
            trust = store(properties, KafkaProperties.TRUST_STORE);
            SSLContext made = SSLContext.getInstance("TLS");
            made.init(keyManagers(properties), trustManagers(), null);
            context = made;
        } catch (GeneralSecurityException | IOException e) {
            throw new KafkaException("key store or trust store: " + e.getMessage(), e);
        }
    }

    private static @Nullable KeyStore store(Map<?, ?> properties, String name)
            throws GeneralSecurityException, IOException {
        Object encoded = properties.get(name);
        if (encoded == null) {
            return null;
        }
        byte[] bytes;
        try {
            bytes = Base64.getMimeDecoder().decode(encoded.toString());
        } catch (IllegalArgumentException e) {
            throw new IOException(name + " isn't in base64", e);
        }
        // The JDK's reads both PKCS12 and JKS.
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(new ByteArrayInputStream(bytes), password(properties, name + ".password"));
        return store;
    }

    private static char[] password(Map<?, ?> properties, String name) {
        Object password = properties.get(name);
        return password == null ? new char[0] : password.toString().toCharArray();
    }

    private KeyManager @Nullable [] keyManagers(Map<?, ?> properties)
            throws GeneralSecurityException {
        if (keys == null) {
            return null;
        }
        String ofKey = "ssl.key.password";
        String name = properties.containsKey(ofKey) ? ofKey : "ssl.keystore.password";
        KeyManagerFactory factory =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(keys, password(properties, name));
        return factory.getKeyManagers();
    }

    private TrustManager @Nullable [] trustManagers() throws GeneralSecurityException {
        if (trust == null) {
            return null;
        }
        TrustManagerFactory factory =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trust);
        return factory.getTrustManagers();
    }

    @Override
    public SSLEngine createClientSslEngine(
            String host, int port, @Nullable String endpointIdentification) {
        SSLContext made = context;
        if (made == null) {
            throw new KafkaException("not configured");
        }
        SSLEngine engine = made.createSSLEngine(host, port);
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm(endpointIdentification);
        engine.setSSLParameters(parameters);
        return engine;
    }

    @Override
    public SSLEngine createServerSslEngine(String host, int port) {
        throw new KafkaException("this is a client");
    }

    @Override
    public boolean shouldBeRebuilt(Map<String, Object> settings) {
        return false;
    }

    @Override
    public Set<String> reconfigurableConfigs() {
        return Set.of();
    }

    @Override
    public @Nullable KeyStore keystore() {
        return keys;
    }

    @Override
    public @Nullable KeyStore truststore() {
        return trust;
    }

    @Override
    public void close() {}
}
