package io.homeport.registry;

import org.jspecify.annotations.Nullable;

/// A billing group as it is stored. Immutable.
record BillingGroupRecord(
        String account,
        String region,
        String name,
        String id,
        @Nullable String description,
        long createdAtMillis,
        long version) {

    String arn() {
        return Arns.billingGroup(account, region, name);
    }
}
