package io.homeport.broker;

import io.homeport.core.AccountId;
import io.homeport.core.UserProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is known of a connection before its CONNECT is judged. Immutable.
///
/// @param region that the principal belongs to
/// @param principalId certificate id, access key id, or empty for anonymous
/// @param thingName the thing of lifecycle events: only for an exclusive thing, or where the client
///   id is the name of a thing that the principal is attached to; else null
/// @param maximumLifetimeSeconds after which the connection is closed, 0 for no limit
/// @param lifetimeReason what is said then
/// @param propagatedProperties user properties that the thing's type adds to its messages
public record ConnectionInfo(
        AccountId account,
        String region,
        String principalId,
        @Nullable String thingName,
        String sourceIp,
        int sourcePort,
        String targetIp,
        int targetPort,
        long maximumLifetimeSeconds,
        DisconnectReason lifetimeReason,
        List<UserProperty> propagatedProperties) {}
