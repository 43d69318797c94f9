package io.homeport.aws;

import io.homeport.core.AccountId;
import java.util.List;
import java.util.Map;
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

        /// Whoever holds temporary credentials of a role.
        ///
        /// @param roleArn for example `arn:aws:iam::000000000000:role/devices`
        /// @param roleId tells roles apart that had one name after another
        /// @param sessionName who the role was assumed for, for example a certificate id
        /// @param variables values of condition keys that came with the credentials, by their names
        ///   in lower case
        /// @param expiresAtMillis when the credentials end, by the server's clock
        record RoleSession(
                String roleArn,
                String roleId,
                String sessionName,
                String accessKeyId,
                Map<String, String> variables,
                long expiresAtMillis)
                implements Principal {
            public RoleSession {
                variables = Map.copyOf(variables);
            }

            /// The ARN by which messages and policies name the session, for example
            /// `arn:aws:sts::000000000000:assumed-role/devices/lamp`.
            public String arn() {
                return roleArn.replace(":iam:", ":sts:")
                                .replaceFirst(":role/(.*/)?", ":assumed-role/")
                        + "/"
                        + sessionName;
            }

            /// The value of `aws:userid`.
            public String userId() {
                return roleId + ":" + sessionName;
            }
        }

        /// A device with a registered, active certificate.
        ///
        /// @param certificatePem the certificate, for policy variables
        /// @param policyDocuments what a custom authorizer allows it besides
        record Device(
                String certificateId, @Nullable String certificatePem, List<String> policyDocuments)
                implements Principal {
            public Device {
                policyDocuments = List.copyOf(policyDocuments);
            }

            /// A device that no custom authorizer was asked about.
            public Device(String certificateId, @Nullable String certificatePem) {
                this(certificateId, certificatePem, List.of());
            }
        }

        /// A client that a custom authorizer let in.
        ///
        /// @param principalId as the authorizer says
        /// @param policyDocuments all that it may do
        record Authorized(String principalId, List<String> policyDocuments) implements Principal {
            public Authorized {
                policyDocuments = List.copyOf(policyDocuments);
            }
        }
    }
}
