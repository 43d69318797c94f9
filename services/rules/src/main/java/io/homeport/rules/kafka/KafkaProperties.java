package io.homeport.rules.kafka;

import io.homeport.rules.actions.InvalidActionException;
import io.homeport.rules.actions.PlanContext;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The client properties of a kafka action: which there are, and how they fit together.
///
/// Source: AWS IoT developer guide, "Apache Kafka", "Parameters", `clientProperties`.
final class KafkaProperties {
    static final String SERVERS = "bootstrap.servers";
    static final String PROTOCOL = "security.protocol";
    static final String MECHANISM = "sasl.mechanism";
    static final String TRUST_STORE = "ssl.truststore";
    static final String KEY_STORE = "ssl.keystore";

    private static final Set<String> SECRET =
            Set.of(
                    TRUST_STORE,
                    "ssl.truststore.password",
                    KEY_STORE,
                    "ssl.keystore.password",
                    "ssl.key.password",
                    "sasl.plain.username",
                    "sasl.plain.password",
                    "sasl.scram.username",
                    "sasl.scram.password");
    private static final Map<String, Set<String>> VALUES =
            Map.of(
                    "acks",
                    Set.of("0", "1", "all"),
                    "compression.type",
                    Set.of("none", "gzip", "snappy", "lz4", "zstd"),
                    MECHANISM,
                    Set.of("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"),
                    "key.serializer",
                    Set.of("org.apache.kafka.common.serialization.StringSerializer"),
                    "value.serializer",
                    Set.of("org.apache.kafka.common.serialization.ByteBufferSerializer"));

    private KafkaProperties() {}

    /// Refuses what no producer could be made from.
    ///
    /// @param encryptedOnly whether connections without TLS are refused
    /// @return the properties in the order of their names, secrets not filled in
    static Map<String, String> checked(
            Map<String, String> given, PlanContext context, boolean encryptedOnly) {
        Map<String, String> properties = new TreeMap<>(given);
        properties.forEach((name, value) -> check(name, value, context));
        requireServers(properties.get(SERVERS));
        String protocol = properties.getOrDefault(PROTOCOL, "SSL");
        Set<String> protocols =
                encryptedOnly
                        ? Set.of("SSL", "SASL_SSL")
                        : Set.of("SSL", "SASL_SSL", "PLAINTEXT", "SASL_PLAINTEXT");
        requireOneOf(PROTOCOL, protocol, protocols);
        String mechanism = properties.get(MECHANISM);
        boolean sasl = protocol.startsWith("SASL_");
        if (sasl && mechanism == null) {
            throw wrong(MECHANISM, "is missing for security.protocol " + protocol);
        }
        if (!sasl && mechanism != null) {
            throw wrong(MECHANISM, "needs security.protocol SASL_SSL");
        }
        if (mechanism != null) {
            String kind = mechanism.equals("PLAIN") ? "sasl.plain." : "sasl.scram.";
            requirePresent(properties, kind + "username");
            requirePresent(properties, kind + "password");
        }
        if (properties.containsKey(KEY_STORE)) {
            requirePresent(properties, "ssl.keystore.password");
        }
        if (properties.containsKey(TRUST_STORE)) {
            requirePresent(properties, "ssl.truststore.password");
        }
        return properties;
    }

    /// Whether it may hold a template for a secret, or be one.
    static boolean isSecret(String name) {
        return SECRET.contains(name);
    }

    private static void check(String name, String value, PlanContext context) {
        if (SECRET.contains(name)) {
            context.required("clientProperties." + name, value);
            return;
        }
        if (name.startsWith("sasl.kerberos.") || value.equals("GSSAPI")) {
            throw wrong(name, "asks for Kerberos, which this server does not have");
        }
        if (value.contains("${")) {
            throw wrong(name, "can't hold a substitution template");
        }
        Set<String> values = VALUES.get(name);
        if (values != null) {
            requireOneOf(name, value, values);
        } else if (!name.equals(SERVERS) && !name.equals(PROTOCOL)) {
            throw wrong(name, "is no client property of the kafka action");
        }
    }

    private static void requireOneOf(String name, String value, Set<String> values) {
        if (!values.contains(value)) {
            throw wrong(
                    name,
                    "has to be one of "
                            + String.join(", ", values.stream().sorted().toList())
                            + ", not '"
                            + value
                            + "'");
        }
    }

    private static void requirePresent(Map<String, String> properties, String name) {
        if (!properties.containsKey(name)) {
            throw wrong(name, "is missing");
        }
    }

    private static void requireServers(@Nullable String servers) {
        if (servers == null || servers.isBlank()) {
            throw wrong(SERVERS, "is missing");
        }
        for (String server : servers.split(",", -1)) {
            if (!server.strip().matches("(\\[[0-9a-fA-F:.]+]|[^:/\\s\\[\\]]+):[0-9]{1,5}")) {
                throw wrong(SERVERS, "has to list host:port, not '" + server + "'");
            }
        }
    }

    private static InvalidActionException wrong(String name, String what) {
        return new InvalidActionException("clientProperties." + name + " " + what);
    }
}
