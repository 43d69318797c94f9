package io.homeport.compat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iot.IotClient;

/// A real broker of Apache Kafka in KRaft mode, broker and controller in one.
final class KafkaBroker implements AutoCloseable {
    /// A listener for SASL_SSL with the mechanisms PLAIN and SCRAM and one user, `homeport`.
    record Secured(int port, Path keyStore, String storePassword, String userPassword) {
        private static final List<String> SCRAM = List.of("SCRAM-SHA-256", "SCRAM-SHA-512");

        private String listener() {
            return "SASL_SSL://127.0.0.1:" + port;
        }

        private List<String> scramUsers() {
            return SCRAM.stream()
                    .map(mechanism -> mechanism + "=[name=homeport,password=" + userPassword + "]")
                    .toList();
        }

        private Map<String, String> settings() {
            return Map.of(
                    "ssl.keystore.type",
                    "PKCS12",
                    "ssl.keystore.location",
                    keyStore.toString(),
                    "ssl.keystore.password",
                    storePassword,
                    "ssl.key.password",
                    storePassword,
                    "sasl.enabled.mechanisms",
                    "PLAIN," + String.join(",", SCRAM),
                    "listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config",
                    "org.apache.kafka.common.security.scram.ScramLoginModule required;",
                    "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config",
                    "org.apache.kafka.common.security.scram.ScramLoginModule required;",
                    "listener.name.sasl_ssl.plain.sasl.jaas.config",
                    "org.apache.kafka.common.security.plain.PlainLoginModule required"
                            + " user_homeport=\""
                            + userPassword.replace("\"", "\\\"")
                            + "\";");
        }
    }

    private final Path directory;
    private final int port;
    private final KafkaRaftServer server;

    /// @param directory where its log is, or was
    /// @param port a free one
    /// @param secured another listener, with TLS and passwords; null for none
    KafkaBroker(Path directory, int port, @Nullable Secured secured) throws Exception {
        this.directory = directory;
        this.port = port;
        int controller = ForeignServer.freePort();
        Properties settings = new Properties();
        settings.put("process.roles", "broker,controller");
        settings.put("node.id", "1");
        settings.put("log.dirs", directory.toString());
        String open = "PLAINTEXT://127.0.0.1:" + port;
        String clients = secured == null ? open : open + "," + secured.listener();
        settings.put("listeners", clients + ",CONTROLLER://127.0.0.1:" + controller);
        settings.put("advertised.listeners", clients);
        settings.put("controller.listener.names", "CONTROLLER");
        settings.put(
                "listener.security.protocol.map",
                "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL");
        settings.put("controller.quorum.voters", "1@127.0.0.1:" + controller);
        settings.put("offsets.topic.replication.factor", "1");
        settings.put("transaction.state.log.replication.factor", "1");
        settings.put("num.partitions", "3");
        settings.put("log.cleaner.dedupe.buffer.size", "2000000");
        settings.put("group.initial.rebalance.delay.ms", "0");
        if (secured != null) {
            settings.putAll(secured.settings());
        }
        if (!Files.exists(directory.resolve("meta.properties"))) {
            Formatter formatter = new Formatter();
            formatter.setPrintStream(new PrintStream(OutputStream.nullOutputStream()));
            formatter
                    .setClusterId("AAAAAAAAAAAAAAAAAAAAAQ")
                    .setNodeId(1)
                    .setReleaseVersion(MetadataVersion.LATEST_PRODUCTION)
                    .setDirectories(List.of(directory.toString()))
                    .setControllerListenerName("CONTROLLER")
                    .setMetadataLogDirectory(directory.toString());
            if (secured != null) {
                formatter.setScramArguments(secured.scramUsers());
            }
            formatter.run();
        }
        server = new KafkaRaftServer(new KafkaConfig(settings, false), Time.SYSTEM);
        server.startup();
    }

    /// A destination of the account's, which rules with Kafka ask for.
    ///
    /// @return its ARN
    static String destination(IotClient iot) {
        return iot.createTopicRuleDestination(r ->
                        r.destinationConfiguration(c ->
                                c.vpcConfiguration(v ->
                                        v.subnetIds("subnet-1")
                                                .vpcId("vpc-1")
                                                .roleArn("arn:aws:iam::0:role/r"))))
                .topicRuleDestination()
                .arn();
    }

    String address() {
        return "127.0.0.1:" + port;
    }

    /// The first records of a topic's partition, waited for.
    List<ConsumerRecord<String, byte[]>> read(String topic, int partition, int count) {
        List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
        try (KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(
                        Map.of("bootstrap.servers", address(), "auto.offset.reset", "earliest"),
                        new StringDeserializer(),
                        new ByteArrayDeserializer())) {
            TopicPartition place = new TopicPartition(topic, partition);
            consumer.assign(List.of(place));
            consumer.seekToBeginning(List.of(place));
            for (int i = 0; i < 100 && records.size() < count; i++) {
                consumer.poll(Duration.ofMillis(200)).forEach(records::add);
            }
        }
        return records;
    }

    static List<String> values(List<ConsumerRecord<String, byte[]>> records) {
        return records.stream().map(r -> new String(r.value(), StandardCharsets.UTF_8)).toList();
    }

    /// Stops it; its log stays.
    void stop() {
        server.shutdown();
        server.awaitShutdown();
    }

    @Override
    public void close() throws IOException {
        stop();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
