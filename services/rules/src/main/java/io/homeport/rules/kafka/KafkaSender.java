package io.homeport.rules.kafka;

import io.homeport.rules.actions.ActionFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/// One producer. Thread-safe; blocks.
///
/// It gives up soon, because the outbox tries again for longer than any producer would. With
/// `acks=all` it is idempotent, so that its own repetitions neither double nor reorder records;
/// otherwise it has one request under way per broker, for the order.
final class KafkaSender implements AutoCloseable {
    private static final int REQUEST_MILLIS = 5_000;
    private static final int DELIVERY_MILLIS = 8_000;
    private static final int LONGEST_BLOCK_MILLIS = 5_000;
    private static final int LARGEST_REQUEST = 8 << 20;
    private static final Duration TO_CLOSE = Duration.ofSeconds(2);

    private final KafkaProducer<byte[], byte[]> producer;

    private KafkaSender(KafkaProducer<byte[], byte[]> producer) {
        this.producer = producer;
    }

    /// @param properties checked and with their secrets
    /// @throws ActionFailure where key stores or passwords don't fit
    static KafkaSender open(Map<String, String> properties) throws ActionFailure {
        try {
            return new KafkaSender(
                    new KafkaProducer<>(
                            settings(properties),
                            new ByteArraySerializer(),
                            new ByteArraySerializer()));
        } catch (KafkaException e) {
            throw ActionFailure.transientFailure("no producer can be made: " + reason(e), e);
        }
    }

    private static Map<String, Object> settings(Map<String, String> properties) {
        Map<String, Object> settings = new HashMap<>();
        String acks = properties.getOrDefault("acks", "1");
        boolean all = acks.equals("all");
        settings.put(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, properties.get(KafkaProperties.SERVERS));
        settings.put(ProducerConfig.CLIENT_ID_CONFIG, "homeport");
        settings.put(ProducerConfig.ACKS_CONFIG, acks);
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, all);
        settings.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, all ? 5 : 1);
        settings.put(
                ProducerConfig.COMPRESSION_TYPE_CONFIG,
                properties.getOrDefault("compression.type", "none"));
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, REQUEST_MILLIS);
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, DELIVERY_MILLIS);
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, LONGEST_BLOCK_MILLIS);
        settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, LARGEST_REQUEST);
        settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 2L * LARGEST_REQUEST);
        settings.put(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 2_000);
        settings.put(ProducerConfig.METRIC_REPORTER_CLASSES_CONFIG, List.of());
        settings.put(ProducerConfig.ENABLE_METRICS_PUSH_CONFIG, false);
        String protocol = properties.getOrDefault(KafkaProperties.PROTOCOL, "SSL");
        settings.put("security.protocol", protocol);
        if (protocol.endsWith("SSL")) {
            settings.put(SslConfigs.SSL_ENGINE_FACTORY_CLASS_CONFIG, MemoryStores.class);
            settings.put(MemoryStores.PROPERTIES, properties);
        }
        String mechanism = properties.get(KafkaProperties.MECHANISM);
        if (mechanism != null) {
            settings.put(SaslConfigs.SASL_MECHANISM, mechanism);
            settings.put(SaslConfigs.SASL_JAAS_CONFIG, login(mechanism, properties));
        }
        return settings;
    }

    private static String login(String mechanism, Map<String, String> properties) {
        boolean plain = mechanism.equals("PLAIN");
        String kind = plain ? "sasl.plain." : "sasl.scram.";
        return "org.apache.kafka.common.security."
                + (plain ? "plain.PlainLoginModule" : "scram.ScramLoginModule")
                + " required username="
                + quoted(properties.getOrDefault(kind + "username", ""))
                + " password="
                + quoted(properties.getOrDefault(kind + "password", ""))
                + ";";
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    /// Sends all and waits for them. What comes after the first failure is sent again later, even
    /// where it has arrived: at least once, and in order.
    void send(List<KafkaRecord> records)
            throws ActionFailure, BrokenSenderException, InterruptedException {
        List<Future<RecordMetadata>> sent = new ArrayList<>(records.size());
        ActionFailure unsent = null;
        for (KafkaRecord one : records) {
            try {
                requirePartition(one);
                sent.add(producer.send(recordOf(one)));
            } catch (KafkaException e) {
                unsent = verdict(e).after(sent.size(), 1);
                break;
            } catch (ActionFailure e) {
                unsent = e.after(sent.size(), 1);
                break;
            }
        }
        for (int i = 0; i < sent.size(); i++) {
            try {
                sent.get(i).get();
            } catch (ExecutionException e) {
                throw verdict(Objects.requireNonNullElse(e.getCause(), e)).after(i, 1);
            }
        }
        if (unsent != null) {
            throw unsent;
        }
    }

    /// The producer itself would wait in vain for a partition that there isn't.
    private void requirePartition(KafkaRecord one) throws ActionFailure {
        Integer partition = one.partition();
        if (partition == null) {
            return;
        }
        int count = producer.partitionsFor(one.topic()).size();
        if (partition >= count) {
            throw ActionFailure.permanent(
                    "topic %s has %d partitions, none of them is %d"
                            .formatted(one.topic(), count, partition));
        }
    }

    private static ProducerRecord<byte[], byte[]> recordOf(KafkaRecord one) {
        List<Header> headers = new ArrayList<>(one.headers().size());
        one.headers().forEach(h -> headers.add(new RecordHeader(h.key(), h.value())));
        return new ProducerRecord<>(one.topic(), one.partition(), one.key(), one.value(), headers);
    }

    private static ActionFailure verdict(Throwable failure)
            throws BrokenSenderException, InterruptedException {
        String reason = reason(failure);
        return switch (failure) {
            case InterruptException _ -> throw new InterruptedException(reason);
            case AuthenticationException _, ProducerFencedException _ ->
                    throw new BrokenSenderException(reason, failure);
            case RetriableException _ -> ActionFailure.transientFailure(reason, failure);
            case IllegalStateException _ -> throw new BrokenSenderException(reason, failure);
            default -> ActionFailure.permanent(reason, failure);
        };
    }

    private static String reason(Throwable failure) {
        Throwable deepest = failure;
        StringBuilder text = new StringBuilder(String.valueOf(failure.getMessage()));
        while (deepest.getCause() != null && deepest.getCause() != deepest) {
            deepest = deepest.getCause();
            text.append(": ").append(deepest.getMessage());
        }
        return failure.getClass().getSimpleName() + ": " + text;
    }

    @Override
    public void close() {
        producer.close(TO_CLOSE);
    }
}
