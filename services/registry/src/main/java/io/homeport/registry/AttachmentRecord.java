package io.homeport.registry;

import io.homeport.storage.Key;
import java.util.List;

/// A principal's attachment to a thing, as it is stored. Immutable.
///
/// @param exclusive the principal belongs to this thing alone
record AttachmentRecord(
        String account, String region, String thingName, String principal, boolean exclusive) {

    List<Key> principalKeys() {
        return List.of(Key.of(account, region, principal));
    }
}
