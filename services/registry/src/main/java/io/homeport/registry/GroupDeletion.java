package io.homeport.registry;

import io.homeport.core.AccountId;
import io.homeport.storage.Transaction;

/// What the registry tells whoever attaches something to thing groups. Thread-safe.
@FunctionalInterface
public interface GroupDeletion {
    /// A thing group is being deleted: lets go of all that is attached to it, in the same
    /// transaction, so that a group of the same name starts with nothing.
    void deleted(Transaction transaction, AccountId account, String region, String thingGroupArn);
}
