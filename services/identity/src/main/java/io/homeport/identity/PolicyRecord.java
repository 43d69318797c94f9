package io.homeport.identity;

import io.homeport.core.AccountId;
import io.homeport.core.Arn;
import java.util.List;
import java.util.Optional;

/// An IoT policy with its versions, oldest first. Immutable.
///
/// @param generationId differs between policies of the same name that existed one after the other
/// @param lastVersion the number that the newest version has or had; numbers are not used twice
record PolicyRecord(
        String account,
        String region,
        String name,
        String defaultVersionId,
        int lastVersion,
        List<Version> versions,
        long createdMillis,
        long modifiedMillis,
        String generationId) {

    PolicyRecord {
        versions = List.copyOf(versions);
    }

    String arn() {
        return arn(account, region, name);
    }

    static String arn(String account, String region, String name) {
        return Arn.of("iot", region, new AccountId(account), "policy/" + name).toString();
    }

    Optional<Version> version(String id) {
        return versions.stream().filter(version -> version.id().equals(id)).findFirst();
    }

    /// The document that holds.
    String document() {
        return version(defaultVersionId).orElseThrow().document();
    }

    PolicyRecord with(
            List<Version> newVersions, String newDefault, int newLastVersion, long nowMillis) {
        return new PolicyRecord(
                account,
                region,
                name,
                newDefault,
                newLastVersion,
                newVersions,
                createdMillis,
                nowMillis,
                generationId);
    }

    /// A version of the policy's document.
    record Version(String id, String document, long createdMillis) {}
}
