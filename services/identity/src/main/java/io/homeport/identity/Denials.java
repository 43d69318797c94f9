package io.homeport.identity;

import io.homeport.core.AccountId;

/// Hears what policies denied to devices outside of MQTT, for operators to look up. Thread-safe.
@FunctionalInterface
public interface Denials {
    /// @param action for example `iot:Publish`
    /// @param resource an ARN
    /// @param reason a sentence for people, which names the certificate or the client
    void denied(AccountId account, String action, String resource, String reason);
}
