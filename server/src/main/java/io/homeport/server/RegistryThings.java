package io.homeport.server;

import io.homeport.core.AccountId;
import io.homeport.identity.ThingDirectory;
import io.homeport.registry.RegistryViews;
import java.util.List;
import java.util.Optional;

/// The registry, as identity asks for it. Thread-safe.
record RegistryThings(RegistryViews views) implements ThingDirectory {
    @Override
    public Optional<ThingView> thing(AccountId account, String region, String thingName) {
        return views.thing(account, region, thingName)
                .map(thing ->
                        new ThingView(
                                thing.thingName(),
                                thing.thingTypeName(),
                                thing.attributes(),
                                thing.groupArns(),
                                thing::userProperties));
    }

    @Override
    public List<String> thingsOf(AccountId account, String region, String principalArn, int limit) {
        return views.thingsOf(account, region, principalArn, limit);
    }

    @Override
    public Optional<String> exclusiveThingOf(
            AccountId account, String region, String principalArn) {
        return views.exclusiveThingOf(account, region, principalArn);
    }

    @Override
    public boolean isAttached(
            AccountId account, String region, String thingName, String principalArn) {
        return views.isAttached(account, region, thingName, principalArn);
    }

    @Override
    public List<String> ancestorGroupArns(AccountId account, String region, String thingGroupName) {
        return views.ancestorGroupArns(account, region, thingGroupName);
    }

    @Override
    public boolean groupExists(AccountId account, String region, String thingGroupName) {
        return views.groupExists(account, region, thingGroupName);
    }
}
