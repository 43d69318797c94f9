package io.homeport.identity;

import io.homeport.core.AccountId;
import io.homeport.core.Arn;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A custom authorizer: a function of the user that decides who may connect. Immutable.
///
/// @param tokenKeyName under which clients send the token; null where none is asked for
/// @param publicKeys PEM by name: a token has to be signed with one of their private keys
/// @param signingDisabled whether the function is called without a signature
/// @param cachingForHttp whether answers hold for the further requests of an HTTP connection
record AuthorizerRecord(
        String account,
        String region,
        String name,
        String functionArn,
        @Nullable String tokenKeyName,
        Map<String, String> publicKeys,
        boolean active,
        boolean signingDisabled,
        boolean cachingForHttp,
        long createdMillis,
        long modifiedMillis) {

    AuthorizerRecord {
        publicKeys = Map.copyOf(publicKeys);
    }

    String arn() {
        return arn(account, region, name);
    }

    static String arn(String account, String region, String name) {
        return Arn.of("iot", region, new AccountId(account), "authorizer/" + name).toString();
    }
}
