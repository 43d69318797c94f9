package io.homeport.registry;

import io.homeport.storage.Database;
import io.homeport.storage.Key;
import io.homeport.storage.Table;
import io.homeport.storage.Transaction;
import io.homeport.storage.View;
import java.util.List;

/// The registry's tables. Keys begin with account and region. Immutable.
final class Tables {
    /// How many rows are deleted in one transaction.
    private static final int WIPE_BATCH = 500;

    /// account, region, thing name.
    final Table<ThingRecord> things =
            new Table<>("registry.things", ThingRecord.class)
                    .index("type", ThingRecord::typeKeys)
                    .index("attribute", ThingRecord::attributeKeys)
                    .index("billing", ThingRecord::billingKeys)
                    .index("group", ThingRecord::groupKeys)
                    .index("tree", ThingRecord::treeKeys);

    /// account, region, type name.
    final Table<ThingTypeRecord> types = new Table<>("registry.types", ThingTypeRecord.class);

    /// account, region, group name.
    final Table<ThingGroupRecord> groups =
            new Table<>("registry.groups", ThingGroupRecord.class)
                    .index("parent", ThingGroupRecord::parentKeys)
                    .index("ancestor", ThingGroupRecord::ancestorKeys);

    /// account, region, group name.
    final Table<BillingGroupRecord> billingGroups =
            new Table<>("registry.billing", BillingGroupRecord.class);

    /// account, region, thing name, principal.
    final Table<AttachmentRecord> attachments =
            new Table<>("registry.attachments", AttachmentRecord.class)
                    .index("principal", AttachmentRecord::principalKeys);

    /// account, region, ARN.
    final Table<TagsRecord> tags = new Table<>("registry.tags", TagsRecord.class);

    /// account, region.
    final Table<EventConfigurationRecord> eventConfigurations =
            new Table<>("registry.events", EventConfigurationRecord.class);

    /// account, region, what is counted, of whom. Counting rows would cost more the more there are.
    final Table<CountRecord> counts = new Table<>("registry.counts", CountRecord.class);

    /// Deletes everything, in several transactions.
    void wipe(Database database) {
        for (Table<?> table :
                List.of(
                        things,
                        types,
                        groups,
                        billingGroups,
                        attachments,
                        tags,
                        eventConfigurations,
                        counts)) {
            wipe(database, table);
        }
    }

    int count(View view, Key key) {
        CountRecord count = counts.get(view, key);
        return count == null ? 0 : count.count();
    }

    void addToCount(Transaction transaction, Key key, int difference) {
        int count = count(transaction, key) + difference;
        if (count == 0) {
            counts.delete(transaction, key);
        } else {
            counts.put(transaction, key, new CountRecord(count));
        }
    }

    /// The thing's groups that are still there.
    List<ThingGroupRecord> liveGroups(View view, ThingRecord thing) {
        return thing.groups().entrySet().stream()
                .flatMap(entry -> {
                    ThingGroupRecord group =
                            groups.get(
                                    view, Key.of(thing.account(), thing.region(), entry.getKey()));
                    return group != null && group.id().equals(entry.getValue().groupId())
                            ? List.of(group).stream()
                            : List.<ThingGroupRecord>of().stream();
                })
                .toList();
    }

    private static <V> void wipe(Database database, Table<V> table) {
        boolean more = true;
        while (more) {
            more =
                    database.write(transaction -> {
                        List<Table.Row<V>> rows =
                                table.list(transaction, Key.EMPTY, null, WIPE_BATCH);
                        rows.forEach(row -> table.delete(transaction, row.key()));
                        return rows.size() == WIPE_BATCH;
                    });
        }
    }
}
