package io.homeport.identity;

import io.homeport.core.Arn;
import java.util.Map;

/// A role with its trust policy and its IAM-style policies by name. Immutable.
///
/// @param path begins and ends with a slash
/// @param id tells it apart from a role that had its name before
/// @param maximumSessionSeconds the longest that credentials of it are good
record RoleRecord(
        String account,
        String name,
        String path,
        String id,
        String trustPolicy,
        int maximumSessionSeconds,
        Map<String, String> policies,
        long createdMillis) {

    RoleRecord {
        policies = Map.copyOf(policies);
    }

    String arn() {
        return new Arn("aws", "iam", "", account, "role" + path + name).toString();
    }

    RoleRecord withPolicies(Map<String, String> newPolicies) {
        return new RoleRecord(
                account,
                name,
                path,
                id,
                trustPolicy,
                maximumSessionSeconds,
                newPolicies,
                createdMillis);
    }
}
