package io.homeport.aws;

import io.homeport.core.AccountId;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Where the door looks up access keys. Thread-safe.
public interface CredentialStore {
    /// The key with its secret; nothing where it isn't known, or not with this token.
    ///
    /// @param sessionToken as the request sent it; null where it sent none
    Optional<Credential> find(String accessKeyId, @Nullable String sessionToken);

    /// An access key with its secret.
    ///
    /// @param sessionToken null for long-lived keys
    /// @param expired whether it was good once; the store has the clock that decides
    record Credential(
            String accessKeyId,
            String secretAccessKey,
            AccountId account,
            Caller.Principal principal,
            @Nullable String sessionToken,
            boolean expired) {
        @Override
        public String toString() {
            return "Credential[" + accessKeyId + ", secret ***]";
        }
    }
}
