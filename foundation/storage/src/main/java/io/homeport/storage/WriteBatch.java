package io.homeport.storage;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Changes that are committed together, applied in the order they were added. Not thread-safe; not
/// changed after its commit.
public final class WriteBatch {
    private final List<Change> changes = new ArrayList<>();
    private final List<Expectation> expectations = new ArrayList<>();

    public WriteBatch put(byte[] key, byte[] value) {
        changes.add(new Change.Put(key, value));
        return this;
    }

    public WriteBatch delete(byte[] key) {
        changes.add(new Change.Delete(key));
        return this;
    }

    /// Deletes every key with `from <= key < to`.
    public WriteBatch deleteRange(byte[] from, byte[] to) {
        changes.add(new Change.DeleteRange(from, to));
        return this;
    }

    /// Makes the commit fail where the key doesn't have this value (null: where the key exists).
    public WriteBatch expect(byte[] key, byte @Nullable [] value) {
        expectations.add(new Expectation(key, value));
        return this;
    }

    public boolean isEmpty() {
        return changes.isEmpty() && expectations.isEmpty();
    }

    public List<Change> changes() {
        return changes;
    }

    public List<Expectation> expectations() {
        return expectations;
    }

    /// One change.
    public sealed interface Change {
        record Put(byte[] key, byte[] value) implements Change {}

        record Delete(byte[] key) implements Change {}

        record DeleteRange(byte[] from, byte[] to) implements Change {}
    }

    /// What a key's value has to be; null means absent.
    public record Expectation(byte[] key, byte @Nullable [] value) {}
}
