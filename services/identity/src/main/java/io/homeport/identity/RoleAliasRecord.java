package io.homeport.identity;

import io.homeport.core.AccountId;
import io.homeport.core.Arn;

/// A role alias: the name by which devices ask for a role's credentials. Immutable.
///
/// @param durationSeconds how long the credentials are good
record RoleAliasRecord(
        String account,
        String region,
        String alias,
        String roleArn,
        int durationSeconds,
        long createdMillis,
        long modifiedMillis) {

    String arn() {
        return arn(new AccountId(account), region, alias);
    }

    static String arn(AccountId account, String region, String alias) {
        return Arn.of("iot", region, account, "rolealias/" + alias).toString();
    }
}
