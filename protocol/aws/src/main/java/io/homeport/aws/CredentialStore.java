package io.homeport.aws;

import io.homeport.core.AccountId;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Where the door looks up access keys. Thread-safe.
public interface CredentialStore {
    Optional<Credential> find(String accessKeyId);

    /// An access key with its secret.
    ///
    /// @param sessionToken null for long-lived keys
    /// @param expiresAtMillis null where the key doesn't expire
    record Credential(
            String accessKeyId,
            String secretAccessKey,
            AccountId account,
            Caller.Principal principal,
            @Nullable String sessionToken,
            @Nullable Long expiresAtMillis) {
        @Override
        public String toString() {
            return "Credential[" + accessKeyId + ", secret ***]";
        }
    }
}
