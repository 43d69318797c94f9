package io.homeport.aws;

import io.homeport.core.AccountId;
import org.jspecify.annotations.Nullable;

/// Who calls an operation. Immutable.
///
/// @param region the region of the request, for ARNs and keys
/// @param sourceIp text form of the peer's address
public record Caller(
        AccountId account, String region, Principal principal, String requestId, String sourceIp) {

    /// What the caller proved to be.
    public sealed interface Principal {
        /// A user with an access key.
        ///
        /// @param administrator may do everything; other users need a policy
        record ApiUser(String name, String accessKeyId, boolean administrator)
                implements Principal {}

        /// A device with a registered, active certificate.
        ///
        /// @param certificatePem the certificate, for policy variables
        record Device(String certificateId, @Nullable String certificatePem) implements Principal {}
    }
}
