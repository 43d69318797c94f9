package io.homeport.identity;

import java.util.List;
import java.util.Map;

/// An API user with its keys and its IAM-style policies by name. Immutable.
record UserRecord(
        String account,
        String name,
        boolean administrator,
        Map<String, String> policies,
        List<AccessKey> keys,
        long createdMillis) {

    UserRecord {
        policies = Map.copyOf(policies);
        keys = List.copyOf(keys);
    }

    UserRecord withPolicies(Map<String, String> newPolicies) {
        return new UserRecord(account, name, administrator, newPolicies, keys, createdMillis);
    }

    UserRecord withKeys(List<AccessKey> newKeys) {
        return new UserRecord(account, name, administrator, policies, newKeys, createdMillis);
    }
}
