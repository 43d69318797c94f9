package io.homeport.identity;

import io.homeport.aws.CredentialStore;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// All access keys: those of users, and the temporary ones of roles. Thread-safe; answers by point
/// reads.
record Credentials(ApiUsers users, RoleSessions sessions) implements CredentialStore {
    @Override
    public Optional<Credential> find(String accessKeyId, @Nullable String sessionToken) {
        return accessKeyId.startsWith(AccessKey.TEMPORARY)
                ? sessions.find(accessKeyId, sessionToken)
                : users.find(accessKeyId);
    }
}
