package io.homeport.functions;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The resource policy of a function, a version or an alias, as it is stored. Immutable.
record PolicyRecord(List<Statement> statements, String revisionId) {
    PolicyRecord {
        statements = List.copyOf(statements);
    }

    /// One permission.
    ///
    /// @param principal a service such as `iot.amazonaws.com`, an account, an ARN, or `*`
    /// @param sourceArn a pattern with `*` and `?`
    record Statement(
            String id,
            String action,
            String principal,
            String resource,
            @Nullable String sourceArn,
            @Nullable String sourceAccount,
            @Nullable String eventSourceToken,
            @Nullable String principalOrganization) {}
}
