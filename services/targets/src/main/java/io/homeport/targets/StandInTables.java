package io.homeport.targets;

import io.homeport.core.Json;
import io.homeport.core.targets.TargetCall;
import io.homeport.core.targets.TargetFailedException;
import io.homeport.core.targets.TargetScope;
import io.homeport.core.targets.TargetService;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The stand-in of DynamoDB: a folder per table, a file per item, in DynamoDB's JSON. Thread-safe.
///
/// A table learns its key attributes from the first call that names them, or from the operator.
/// Before that, items are told apart by all that they hold.
final class StandInTables {
    /// The table's key attributes, as a JSON array.
    private static final String KEYS = "table";

    private final StandIns files;
    private final ReentrantLock changing = new ReentrantLock();

    StandInTables(StandIns files) {
        this.files = files;
    }

    void put(TargetScope scope, TargetCall.PutItem put) {
        changing.lock();
        try {
            List<String> keys = keysOf(scope, put.table(), put.keyNames());
            String file = keys.isEmpty() ? digest(put.item()) : file(keys, put.item());
            items(scope, put.table()).put(file, bytes(put.item()));
        } finally {
            changing.unlock();
        }
    }

    void update(TargetScope scope, TargetCall.UpdateItem update) {
        changing.lock();
        try {
            List<String> keys = keysOf(scope, update.table(), names(update.key()));
            Folder items = items(scope, update.table());
            String file = file(keys, update.key());
            ObjectNode item =
                    items.get(file).map(StandInTables::parse).orElseGet(update.key()::deepCopy);
            item.setAll(update.attributes());
            items.put(file, bytes(item));
        } finally {
            changing.unlock();
        }
    }

    void delete(TargetScope scope, TargetCall.DeleteItem delete) {
        changing.lock();
        try {
            List<String> keys = keysOf(scope, delete.table(), names(delete.key()));
            items(scope, delete.table()).delete(file(keys, delete.key()));
        } finally {
            changing.unlock();
        }
    }

    Optional<ObjectNode> item(TargetScope scope, String table, ObjectNode key) {
        StandIns.Target target = new StandIns.Target(scope, TargetService.DYNAMODB, table);
        Optional<Folder> found = files.findFolder(target);
        if (found.isEmpty()) {
            throw TargetFailedException.refused("the stand-in of DynamoDB has no table " + table);
        }
        Folder items = found.get();
        List<String> keys = keys(scope, table);
        if (!keys.isEmpty()) {
            check(table, keys, names(key));
            return items.get(file(keys, key)).map(StandInTables::parse);
        }
        for (Folder.Entry entry : items.newest(Integer.MAX_VALUE)) {
            Optional<ObjectNode> item = items.get(entry.key()).map(StandInTables::parse);
            if (item.isPresent() && holds(item.get(), key)) {
                return item;
            }
        }
        return Optional.empty();
    }

    private static boolean holds(ObjectNode item, ObjectNode key) {
        return key.properties().stream()
                .allMatch(attribute -> attribute.getValue().equals(item.get(attribute.getKey())));
    }

    /// Says which attributes are a table's key.
    void define(TargetScope scope, String table, List<String> keys) {
        changing.lock();
        try {
            Folder items = items(scope, table);
            List<ObjectNode> present = new ArrayList<>();
            for (Folder.Entry entry : items.newest(Integer.MAX_VALUE).reversed()) {
                items.get(entry.key()).map(StandInTables::parse).ifPresent(present::add);
            }
            present.forEach(item -> file(keys, item));
            items.clear();
            tables(scope).put(table, Json.MAPPER.writeValueAsBytes(keys));
            present.forEach(item -> items.put(file(keys, item), bytes(item)));
        } finally {
            changing.unlock();
        }
    }

    private List<String> keysOf(TargetScope scope, String table, List<String> given) {
        List<String> known = keys(scope, table);
        if (given.isEmpty()) {
            return known;
        }
        if (known.isEmpty()) {
            define(scope, table, given);
            return given;
        }
        check(table, known, given);
        return known;
    }

    private static void check(String table, List<String> known, List<String> given) {
        if (!List.copyOf(given).equals(known)) {
            throw TargetFailedException.refused(
                    "the key of table "
                            + table
                            + " is "
                            + String.join(", ", known)
                            + ", not "
                            + String.join(", ", given));
        }
    }

    private List<String> keys(TargetScope scope, String table) {
        List<String> names = new ArrayList<>();
        tables(scope)
                .get(table)
                .ifPresent(value ->
                        Json.MAPPER.readTree(value).forEach(name -> names.add(name.asString())));
        return names;
    }

    private Folder items(TargetScope scope, String table) {
        return files.folder(scope, TargetService.DYNAMODB, table);
    }

    private Folder tables(TargetScope scope) {
        return files.hidden(scope, TargetService.DYNAMODB, KEYS);
    }

    private static List<String> names(ObjectNode key) {
        return List.copyOf(key.propertyNames());
    }

    /// Where an item is: the value of its partition key, and that of its sort key below.
    private static String file(List<String> keys, ObjectNode item) {
        List<String> parts = new ArrayList<>();
        for (String key : keys) {
            JsonNode value = item.path(key);
            String text = value.has("S") ? value.path("S").asString() : value.path("N").asString();
            if (text == null || text.isEmpty()) {
                throw TargetFailedException.refused(
                        "the item has no text or number in its key attribute " + key);
            }
            parts.add(text.replace("%", "%25").replace("/", "%2F"));
        }
        return String.join("/", parts);
    }

    private static String digest(ObjectNode item) {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256")
                            .digest(item.toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] bytes(ObjectNode item) {
        return Json.MAPPER.writeValueAsBytes(item);
    }

    private static ObjectNode parse(byte[] item) {
        try {
            if (Json.MAPPER.readTree(item) instanceof ObjectNode object) {
                return object;
            }
        } catch (JacksonException e) {
            throw TargetFailedException.refused(
                    "a file of the stand-in of DynamoDB is no item: " + e.getOriginalMessage(), e);
        }
        throw TargetFailedException.refused("a file of the stand-in of DynamoDB is no item");
    }
}
