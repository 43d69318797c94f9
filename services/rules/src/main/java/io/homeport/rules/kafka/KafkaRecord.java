package io.homeport.rules.kafka;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A record to send. Immutable.
///
/// @param partition null where the key, or chance, decides
record KafkaRecord(
        String topic,
        @Nullable Integer partition,
        byte @Nullable [] key,
        byte[] value,
        List<Header> headers) {

    /// Written out because javac puts the annotation of an array parameter of a compact constructor
    /// in the wrong place of the class file.
    KafkaRecord(
            String topic,
            @Nullable Integer partition,
            byte @Nullable [] key,
            byte[] value,
            List<Header> headers) {
        this.topic = topic;
        this.partition = partition;
        this.key = key;
        this.value = value;
        this.headers = List.copyOf(headers);
    }

    record Header(String key, byte[] value) {}
}
