package io.homeport.identity;

import io.homeport.core.AccountId;
import io.homeport.core.UserProperty;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What identity asks of whoever keeps things. Thread-safe; answers come from memory or a point
/// read.
public interface ThingDirectory {
    Optional<ThingView> thing(AccountId account, String region, String thingName);

    /// Names of the things that a principal is attached to, at most `limit`.
    List<String> thingsOf(AccountId account, String region, String principalArn, int limit);

    /// The thing that a principal belongs to exclusively.
    Optional<String> exclusiveThingOf(AccountId account, String region, String principalArn);

    boolean isAttached(AccountId account, String region, String thingName, String principalArn);

    boolean groupExists(AccountId account, String region, String thingGroupName);

    /// ARNs of the groups above a group; empty for a root and for a group that isn't there.
    List<String> ancestorGroupArns(AccountId account, String region, String thingGroupName);

    /// @param groupArns of all groups the thing is in, and of all their ancestors
    /// @param propagatedProperties what the thing's type adds to the MQTT 5 messages of a client
    ///   with this id
    record ThingView(
            String thingName,
            @Nullable String thingTypeName,
            Map<String, String> attributes,
            List<String> groupArns,
            Function<String, List<UserProperty>> propagatedProperties) {}
}
