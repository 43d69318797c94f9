package io.homeport.registry;

import io.homeport.core.AccountId;
import io.homeport.core.UserProperty;
import io.homeport.storage.Database;
import io.homeport.storage.Key;
import io.homeport.storage.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What others see of the registry. Thread-safe; a call is a few point reads and waits neither for
/// writers nor for the disk, so event loops may call.
public final class RegistryViews {
    /// The connection attribute that stands for the client id.
    public static final String CLIENT_ID = "iot:ClientId";

    /// The connection attribute that stands for the name of the connection's thing.
    public static final String THING_NAME = "iot:Thing.ThingName";

    private final Database database;
    private final Tables tables;

    RegistryViews(Database database, Tables tables) {
        this.database = database;
        this.tables = tables;
    }

    /// A thing as policies, connections and other services need it. Immutable.
    ///
    /// @param groupArns of all groups the thing is in and of all their ancestors, sorted
    /// @param propagatedAttributes what the thing's type adds to its MQTT 5 messages
    public record Thing(
            String thingName,
            String thingId,
            @Nullable String thingTypeName,
            Map<String, String> attributes,
            List<String> groupArns,
            List<Propagated> propagatedAttributes) {

        public Thing {
            attributes = Map.copyOf(attributes);
            groupArns = List.copyOf(groupArns);
            propagatedAttributes = List.copyOf(propagatedAttributes);
        }

        /// The user properties for a connection of this client.
        public List<UserProperty> userProperties(String clientId) {
            return propagatedAttributes.stream()
                    .map(propagated ->
                            new UserProperty(
                                    propagated.name(),
                                    propagated.value() == null ? clientId : propagated.value()))
                    .toList();
        }
    }

    /// A user property of a thing's messages. Immutable.
    ///
    /// @param value null stands for the client id
    public record Propagated(String name, @Nullable String value) {}

    /// The thing of this name.
    public Optional<Thing> thing(AccountId account, String region, String thingName) {
        return database.peek(view ->
                Optional.ofNullable(
                                tables.things.get(view, Key.of(account.value(), region, thingName)))
                        .map(thing -> render(view, thing)));
    }

    /// Names of the things that a principal is attached to, sorted, at most `limit`.
    public List<String> thingsOf(AccountId account, String region, String principalArn, int limit) {
        return attachmentsOf(account, region, principalArn, limit).stream()
                .map(AttachmentRecord::thingName)
                .toList();
    }

    /// The thing that a principal belongs to exclusively.
    public Optional<String> exclusiveThingOf(
            AccountId account, String region, String principalArn) {
        return attachmentsOf(account, region, principalArn, 1).stream()
                .filter(AttachmentRecord::exclusive)
                .map(AttachmentRecord::thingName)
                .findFirst();
    }

    /// Whether the principal is attached to the thing.
    public boolean isAttached(
            AccountId account, String region, String thingName, String principalArn) {
        Key key = Key.of(account.value(), region, thingName, principalArn);
        return database.peek(view -> tables.attachments.get(view, key) != null);
    }

    /// Whether there is a thing group of this name.
    public boolean groupExists(AccountId account, String region, String thingGroupName) {
        Key key = Key.of(account.value(), region, thingGroupName);
        return database.peek(view -> tables.groups.get(view, key) != null);
    }

    /// ARNs of the groups above a group, root first; empty for a root and for a group that isn't
    /// there.
    public List<String> ancestorGroupArns(AccountId account, String region, String thingGroupName) {
        Key key = Key.of(account.value(), region, thingGroupName);
        return database.peek(view -> {
            ThingGroupRecord group = tables.groups.get(view, key);
            return group == null
                    ? List.<String>of()
                    : group.ancestors().stream()
                            .map(a -> Arns.thingGroup(account.value(), region, a.name()))
                            .toList();
        });
    }

    /// Whether the account wants events of this kind; `kind` as UpdateEventConfigurations names it,
    /// for example `JOB_EXECUTION`.
    public boolean eventEnabled(AccountId account, String region, String kind) {
        Key key = Key.of(account.value(), region);
        return database.peek(view -> {
            EventConfigurationRecord stored = tables.eventConfigurations.get(view, key);
            return stored != null && stored.enabled().getOrDefault(kind, false);
        });
    }

    private List<AttachmentRecord> attachmentsOf(
            AccountId account, String region, String principalArn, int limit) {
        Key key = Key.of(account.value(), region, principalArn);
        return database.peek(view ->
                tables.attachments.listBy(view, "principal", key, null, limit).stream()
                        .map(row -> row.value())
                        .toList());
    }

    private Thing render(View view, ThingRecord thing) {
        TreeSet<String> groupArns = new TreeSet<>();
        for (ThingGroupRecord group : tables.liveGroups(view, thing)) {
            groupArns.add(group.arn());
            for (GroupReference ancestor : group.ancestors()) {
                groupArns.add(Arns.thingGroup(thing.account(), thing.region(), ancestor.name()));
            }
        }
        return new Thing(
                thing.name(),
                thing.id(),
                thing.typeName(),
                thing.attributes(),
                List.copyOf(groupArns),
                propagated(view, thing));
    }

    private List<Propagated> propagated(View view, ThingRecord thing) {
        if (thing.typeName() == null) {
            return List.of();
        }
        ThingTypeRecord type =
                tables.types.get(view, Key.of(thing.account(), thing.region(), thing.typeName()));
        if (type == null) {
            return List.of();
        }
        List<Propagated> propagated = new ArrayList<>();
        for (ThingTypeRecord.Propagation propagation : type.propagations()) {
            String name = propagation.userPropertyKey();
            if (propagation.thingAttribute() != null) {
                String value = thing.attributes().get(propagation.thingAttribute());
                if (value != null) {
                    propagated.add(new Propagated(name, value));
                }
            } else if (CLIENT_ID.equals(propagation.connectionAttribute())) {
                propagated.add(new Propagated(name, null));
            } else {
                propagated.add(new Propagated(name, thing.name()));
            }
        }
        return propagated;
    }
}
