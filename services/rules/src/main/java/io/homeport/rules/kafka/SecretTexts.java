package io.homeport.rules.kafka;

import io.homeport.rules.actions.ActionFailure;

/// Puts secrets in their places: evaluates `${get_secret(...)}` in a setting. Thread-safe; blocks.
/// Done for each new connection and not when a message matches, so that no secret is ever in the
/// outbox.
public interface SecretTexts {
    /// @param account the rule's
    /// @throws ActionFailure where there is no such secret or nobody to ask; transient where asking
    ///   again may help
    String resolve(String account, String region, String rule, String template)
            throws ActionFailure;
}
