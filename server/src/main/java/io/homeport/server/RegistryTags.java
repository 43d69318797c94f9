package io.homeport.server;

import io.homeport.core.AccountId;
import io.homeport.core.Arn;
import io.homeport.identity.TagStore;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.iot.model.Tag;

/// The registry's tags, as identity and the rules ask for them. Thread-safe.
record RegistryTags(io.homeport.registry.TagStore tags)
        implements TagStore, io.homeport.rules.TagStore {
    @Override
    public void put(String resourceArn, Map<String, String> values) {
        List<Tag> list =
                values.entrySet().stream()
                        .map(entry ->
                                Tag.builder().key(entry.getKey()).value(entry.getValue()).build())
                        .toList();
        Arn arn = Arn.parse(resourceArn).orElseThrow();
        tags.tag(new AccountId(arn.account()), arn.region(), resourceArn, list);
    }

    @Override
    public void forget(String resourceArn) {
        Arn arn = Arn.parse(resourceArn).orElseThrow();
        tags.forget(new AccountId(arn.account()), arn.region(), resourceArn);
    }
}
