package io.homeport.targets;

import io.homeport.core.targets.TargetScope;
import io.homeport.core.targets.TargetService;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// What people see of the stand-ins, and put into them. Blocks. Thread-safe.
public final class StandInView {
    private final StandIns files;
    private final StandInTables tables;

    StandInView(StandIns files, StandInTables tables) {
        this.files = files;
        this.tables = tables;
    }

    /// A target that has a stand-in.
    ///
    /// @param service as settings name it
    /// @param name a queue, topic, bucket, table, stream, ...
    /// @param path where its files are
    public record Target(
            String account,
            String region,
            String service,
            String name,
            String path,
            long entries,
            long bytes,
            long dropped) {}

    /// A value of a target whose values have keys.
    public record Value(String key, long bytes) {}

    /// All targets that something has been sent to, ordered.
    public List<Target> targets() {
        return files.list().stream()
                .map(listed ->
                        new Target(
                                listed.target().scope().account().value(),
                                listed.target().scope().region(),
                                listed.target().service().option(),
                                listed.target().name(),
                                listed.path().toString(),
                                listed.kept().entries(),
                                listed.kept().bytes(),
                                listed.kept().dropped()))
                .toList();
    }

    /// The newest entries of a target that keeps one after the other, oldest first; empty where
    /// there is no such target.
    public Optional<List<JsonNode>> entries(
            TargetScope scope, TargetService service, String name, int count) {
        return files.findJournal(new StandIns.Target(scope, service, name))
                .map(journal -> journal.newest(count));
    }

    /// The newest values of a target that has keys, newest first; empty where there is no such
    /// target.
    public Optional<List<Value>> values(
            TargetScope scope, TargetService service, String name, int count) {
        return files.findFolder(new StandIns.Target(scope, service, name))
                .map(folder ->
                        folder.newest(count).stream()
                                .map(entry -> new Value(entry.key(), entry.bytes()))
                                .toList());
    }

    /// A value; empty where there is none.
    public Optional<byte[]> value(
            TargetScope scope, TargetService service, String name, String key) {
        return files.findFolder(new StandIns.Target(scope, service, name))
                .flatMap(folder -> folder.get(key));
    }

    /// Puts a value: an object of a bucket or a secret.
    public void put(
            TargetScope scope, TargetService service, String name, String key, byte[] value) {
        files.folder(scope, service, name).put(key, value);
    }

    /// Says which attributes are the key of a table.
    ///
    /// @param keys the partition key's name, and the sort key's where there is one
    public void define(TargetScope scope, String table, List<String> keys) {
        tables.define(scope, table, keys);
    }

    /// Forgets what a target holds; false where there is no such target.
    public boolean clear(TargetScope scope, TargetService service, String name) {
        return files.clear(new StandIns.Target(scope, service, name));
    }
}
