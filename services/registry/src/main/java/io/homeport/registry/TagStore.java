package io.homeport.registry;

import io.homeport.aws.Caller;
import io.homeport.core.AccountId;
import io.homeport.storage.Database;
import io.homeport.storage.Key;
import io.homeport.storage.Transaction;
import io.homeport.storage.View;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awssdk.services.iot.model.Tag;

/// The tags of all resources of AWS IoT, by ARN. Thread-safe. Those who keep other resources than
/// the registry's hand in here the tags of a creation, and remove a deleted resource's tags.
public final class TagStore {
    private final Database database;
    private final Tables tables;
    private final RegistryLimits limits;

    TagStore(Database database, Tables tables, RegistryLimits limits) {
        this.database = database;
        this.tables = tables;
        this.limits = limits;
    }

    /// Adds tags, replacing those with the same keys.
    ///
    /// @throws software.amazon.awssdk.services.iot.model.InvalidRequestException where a key is
    ///   given twice or is reserved
    /// @throws software.amazon.awssdk.services.iot.model.LimitExceededException beyond the number
    ///   of tags that a resource can have
    public void tag(AccountId account, String region, String arn, List<Tag> tags) {
        database.update(transaction -> put(transaction, key(account, region, arn), tags));
    }

    /// Removes some tags; keys that aren't there are fine.
    public void untag(AccountId account, String region, String arn, Collection<String> tagKeys) {
        database.update(transaction -> {
            Key key = key(account, region, arn);
            TreeMap<String, String> tags = new TreeMap<>(get(transaction, key));
            tags.keySet().removeAll(tagKeys);
            store(transaction, key, tags);
        });
    }

    /// Removes all tags of a resource.
    public void forget(AccountId account, String region, String arn) {
        database.update(transaction -> tables.tags.delete(transaction, key(account, region, arn)));
    }

    /// The tags of a resource, ordered by key.
    public Map<String, String> tagsOf(AccountId account, String region, String arn) {
        return database.read(view -> get(view, key(account, region, arn)));
    }

    void create(Transaction transaction, Caller caller, String arn, List<Tag> tags) {
        if (!tags.isEmpty()) {
            put(transaction, key(caller.account(), caller.region(), arn), tags);
        }
    }

    void remove(Transaction transaction, Caller caller, String arn) {
        tables.tags.delete(transaction, key(caller.account(), caller.region(), arn));
    }

    private void put(Transaction transaction, Key key, List<Tag> added) {
        TreeMap<String, String> given = new TreeMap<>();
        for (Tag tag : added) {
            String value = tag.value() == null ? "" : tag.value();
            if (tag.key().toLowerCase(Locale.ROOT).startsWith("aws:")) {
                throw Faults.invalid("Tag keys that begin with aws: are reserved: " + tag.key());
            }
            if (given.put(tag.key(), value) != null) {
                throw Faults.invalid("Duplicate tag key: " + tag.key());
            }
        }
        TreeMap<String, String> tags = new TreeMap<>(get(transaction, key));
        tags.putAll(given);
        if (tags.size() > limits.tagsPerResource()) {
            throw Faults.limitExceeded(
                    "A resource can have at most " + limits.tagsPerResource() + " tags");
        }
        store(transaction, key, tags);
    }

    private Map<String, String> get(View view, Key key) {
        TagsRecord stored = tables.tags.get(view, key);
        return stored == null ? Map.of() : stored.tags();
    }

    private void store(Transaction transaction, Key key, Map<String, String> tags) {
        if (tags.isEmpty()) {
            tables.tags.delete(transaction, key);
        } else {
            tables.tags.put(transaction, key, new TagsRecord(tags));
        }
    }

    private static Key key(AccountId account, String region, String arn) {
        return Key.of(account.value(), region, arn);
    }
}
