package io.homeport.gateway;

import io.homeport.core.UserProperty;
import io.homeport.policy.PolicyContext;
import io.homeport.policy.PolicySet;
import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the gateway asks of whoever keeps certificates, policies and things. Thread-safe. Answers
/// come from memory, fast enough for an event loop.
public interface DeviceDirectory {
    /// Judges the certificate that a client proved to own in the TLS handshake.
    ///
    /// @param chain the client's certificate first, then what else it sent
    /// @param serverName of SNI, or null
    Authentication authenticate(List<X509Certificate> chain, @Nullable String serverName);

    /// The rights of an identity, now. Asked again whenever {@link #version} has grown.
    ///
    /// @param clientId of the MQTT connection; null for HTTPS
    Rights rights(DeviceIdentity identity, @Nullable String clientId);

    /// Grows with every change that may alter an answer: of a policy, an attachment, a certificate,
    /// a thing, a group.
    long version();

    /// Calls the listener after each change that may end connections.
    void onChange(ChangeListener listener);

    /// The outcome of {@link #authenticate}.
    sealed interface Authentication {
        record Accepted(DeviceIdentity identity) implements Authentication {}

        /// @param reason for the log and the admin API, for example that the certificate is
        ///   INACTIVE
        record Refused(String reason) implements Authentication {}
    }

    /// @param policies all that hold for the principal, those of its thing's groups included
    /// @param context certificate and thing variables; the gateway adds those of the connection
    /// @param thingName the thing of lifecycle events, or null
    /// @param propagatedProperties user properties that the thing's type adds to its messages
    record Rights(
            PolicySet policies,
            PolicyContext context,
            @Nullable String thingName,
            List<UserProperty> propagatedProperties) {}

    /// Takes changes; returns at once.
    interface ChangeListener {
        /// Policies or attachments changed.
        void rightsChanged();

        /// A principal lost its right to be connected at all.
        void principalRevoked(DeviceIdentity identity, String reason);
    }
}
