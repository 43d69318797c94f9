package io.homeport.targets;

import io.homeport.core.Clock;
import io.homeport.core.Json;
import io.homeport.core.targets.AwsTargets;
import io.homeport.core.targets.SecretValue;
import io.homeport.core.targets.TargetCall;
import io.homeport.core.targets.TargetFailedException;
import io.homeport.core.targets.TargetScope;
import io.homeport.core.targets.TargetService;
import io.homeport.storage.StorageException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import tools.jackson.databind.node.ObjectNode;

/// What takes the place of AWS's services: it keeps what arrives in files. Thread-safe.
final class StandInTargets implements AwsTargets {
    /// Where secrets are: one folder, a file per secret.
    static final String SECRETS = "secrets";

    private final StandIns files;
    private final StandInTables tables;
    private final Clock clock;
    private final Notifier notifier;

    /// Hands a notification on to those who have subscribed to its topic.
    interface Notifier {
        /// Returns once all have it or it waits for them durably.
        void send(TargetScope scope, TargetCall.Notify notification);
    }

    StandInTargets(StandIns files, StandInTables tables, Clock clock, Notifier notifier) {
        this.files = files;
        this.tables = tables;
        this.clock = clock;
        this.notifier = notifier;
    }

    @Override
    public void send(TargetScope scope, TargetCall call) {
        tried(() -> {
            keep(scope, call);
            return true;
        });
    }

    /// A disk that is full or away may be back later.
    private static <T> T tried(Supplier<T> call) {
        try {
            return call.get();
        } catch (UncheckedIOException e) {
            throw TargetFailedException.unavailable(
                    "the stand-in can't use its file: " + e.getCause(), e);
        } catch (StorageException e) {
            throw TargetFailedException.unavailable(
                    "the stand-in can't use the store: " + e.getMessage(), e);
        }
    }

    private void keep(TargetScope scope, TargetCall call) {
        switch (call) {
            case TargetCall.SendMessage(String url, String body) ->
                    add(scope, call, lastPart(url, '/'), entry().put("body", body));
            case TargetCall.Notify notification -> {
                notifier.send(scope, notification);
                add(
                        scope,
                        call,
                        lastPart(notification.topicArn(), ':'),
                        entry().put("message", notification.message()));
            }
            case TargetCall.PutObject object ->
                    files.folder(scope, TargetService.S3, object.bucket())
                            .put(object.key(), object.body());
            case TargetCall.PutItem item -> tables.put(scope, item);
            case TargetCall.UpdateItem update -> tables.update(scope, update);
            case TargetCall.DeleteItem delete -> tables.delete(scope, delete);
            case TargetCall.PutRecord(String stream, String partition, byte[] data) ->
                    add(
                            scope,
                            call,
                            stream,
                            withBytes(entry().put("partitionKey", partition), "data", data));
            case TargetCall.Load(String stream, List<byte[]> records) -> {
                List<ObjectNode> entries = new ArrayList<>();
                records.forEach(data -> entries.add(withBytes(entry(), "data", data)));
                files.journal(scope, call.service(), stream).add(entries);
            }
            case TargetCall.PutMetric metric ->
                    add(scope, call, "metrics " + metric.namespace(), metric(metric));
            case TargetCall.SetAlarm(String alarm, String state, String reason) ->
                    add(
                            scope,
                            call,
                            "alarm " + alarm,
                            entry().put("state", state).put("reason", reason));
            case TargetCall.PutLog(String group, String stream, var events) -> {
                List<ObjectNode> entries = new ArrayList<>();
                events.forEach(event ->
                        entries.add(
                                entry().put("stream", stream)
                                        .put("timestamp", event.timestampMillis())
                                        .put("message", event.message())));
                files.journal(scope, call.service(), group).add(entries);
            }
            case TargetCall.WriteMeasures measures ->
                    add(
                            scope,
                            call,
                            measures.database() + "." + measures.table(),
                            measures(measures));
            case TargetCall.StartExecution(String machine, String execution, String input) ->
                    add(scope, call, machine, entry().put("name", execution).put("input", input));
            case TargetCall.PutPosition position ->
                    add(scope, call, position.tracker(), position(position));
            case TargetCall.IndexDocument document ->
                    files.folder(scope, TargetService.OPEN_SEARCH, document.index())
                            .put(document.id(), document.document());
        }
    }

    private void add(TargetScope scope, TargetCall call, String name, ObjectNode entry) {
        files.journal(scope, call.service(), name).add(List.of(entry));
    }

    private ObjectNode entry() {
        return Json.MAPPER.createObjectNode().put("receivedAt", clock.now().toString());
    }

    private ObjectNode metric(TargetCall.PutMetric metric) {
        return entry().put("name", metric.name())
                .put("unit", metric.unit())
                .put("value", metric.value())
                .put("timestamp", metric.timestampMillis());
    }

    private ObjectNode measures(TargetCall.WriteMeasures measures) {
        ObjectNode entry = entry().put("time", measures.time()).put("timeUnit", measures.unit());
        ObjectNode dimensions = entry.putObject("dimensions");
        measures.dimensions().forEach(dimensions::put);
        for (TargetCall.Measure measure : measures.measures()) {
            entry.withArray("measures")
                    .addObject()
                    .put("name", measure.name())
                    .put("value", measure.value())
                    .put("type", measure.type());
        }
        return entry;
    }

    private ObjectNode position(TargetCall.PutPosition position) {
        return entry().put("deviceId", position.deviceId())
                .put("latitude", position.latitude())
                .put("longitude", position.longitude())
                .put("timestamp", position.timeMillis());
    }

    /// Adds data as text where it is text, else as base64.
    private static ObjectNode withBytes(ObjectNode entry, String name, byte[] data) {
        try {
            String text =
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(data)).toString();
            return entry.put(name, text);
        } catch (CharacterCodingException e) {
            return entry.put(name + "Base64", Base64.getEncoder().encodeToString(data));
        }
    }

    private static String lastPart(String text, char separator) {
        return text.substring(text.lastIndexOf(separator) + 1);
    }

    @Override
    public Optional<ObjectNode> item(TargetScope scope, String table, ObjectNode key) {
        return tried(() -> tables.item(scope, table, key));
    }

    @Override
    public byte[] object(TargetScope scope, String bucket, String key, int maximumBytes) {
        StandIns.Target target = new StandIns.Target(scope, TargetService.S3, bucket);
        byte[] object =
                tried(() -> files.findFolder(target).flatMap(folder -> folder.get(key)))
                        .orElseThrow(() ->
                                TargetFailedException.refused(
                                        "the stand-in of S3 has no object "
                                                + key
                                                + " in bucket "
                                                + bucket));
        if (object.length > maximumBytes) {
            throw TargetFailedException.refused(
                    "the object has " + object.length + " bytes, at most " + maximumBytes + " may");
        }
        return object;
    }

    @Override
    public SecretValue secret(TargetScope scope, String secretId) {
        String name = secretId.startsWith("arn:") ? lastPart(secretId, ':') : secretId;
        StandIns.Target target = new StandIns.Target(scope, TargetService.SECRETS, SECRETS);
        byte[] value =
                tried(() -> files.findFolder(target).flatMap(folder -> folder.get(name)))
                        .orElseThrow(() ->
                                TargetFailedException.refused(
                                        "the stand-in of Secrets Manager has no secret " + name));
        try {
            String text =
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString();
            return new SecretValue(text, null);
        } catch (CharacterCodingException e) {
            return new SecretValue(null, value);
        }
    }

    @Override
    public ObjectNode predict(TargetScope scope, String modelId, Map<String, String> record) {
        throw TargetFailedException.refused(
                "there is no endpoint for machinelearning: set --aws-endpoint machinelearning=URL");
    }

    @Override
    public boolean predicts() {
        return false;
    }
}
