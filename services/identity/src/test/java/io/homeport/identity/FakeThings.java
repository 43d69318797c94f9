package io.homeport.identity;

import io.homeport.core.AccountId;
import io.homeport.core.UserProperty;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Things of one account and region, by hand. Not thread-safe.
final class FakeThings implements ThingDirectory {
    final Map<String, ThingView> things = new HashMap<>();
    final Map<String, List<String>> attached = new HashMap<>();
    final Set<String> exclusive = new HashSet<>();
    final Map<String, List<String>> ancestorsOfGroups = new HashMap<>();

    void add(String name, Map<String, String> attributes, String... groupArns) {
        things.put(
                name,
                new ThingView(
                        name,
                        "lamp-type",
                        attributes,
                        List.of(groupArns),
                        clientId -> List.of(new UserProperty("client", clientId))));
    }

    void attach(String principalArn, String thingName) {
        attached.computeIfAbsent(principalArn, key -> new ArrayList<>()).add(thingName);
    }

    @Override
    public Optional<ThingView> thing(AccountId account, String region, String thingName) {
        return Optional.ofNullable(things.get(thingName));
    }

    @Override
    public List<String> thingsOf(AccountId account, String region, String principalArn, int limit) {
        return attached.getOrDefault(principalArn, List.of()).stream().limit(limit).toList();
    }

    @Override
    public Optional<String> exclusiveThingOf(
            AccountId account, String region, String principalArn) {
        return exclusive.contains(principalArn)
                ? thingsOf(account, region, principalArn, 1).stream().findFirst()
                : Optional.empty();
    }

    @Override
    public boolean isAttached(
            AccountId account, String region, String thingName, String principalArn) {
        return attached.getOrDefault(principalArn, List.of()).contains(thingName);
    }

    @Override
    public boolean groupExists(AccountId account, String region, String thingGroupName) {
        return ancestorsOfGroups.containsKey(thingGroupName);
    }

    @Override
    public List<String> ancestorGroupArns(AccountId account, String region, String thingGroupName) {
        return ancestorsOfGroups.getOrDefault(thingGroupName, List.of());
    }
}
