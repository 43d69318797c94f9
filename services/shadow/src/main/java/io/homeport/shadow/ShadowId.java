package io.homeport.shadow;

import io.homeport.core.AccountId;
import io.homeport.storage.Key;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Which shadow. Immutable.
///
/// @param shadowName null for the classic shadow
record ShadowId(ThingId thing, @Nullable String shadowName) {
    private static final Pattern THING = Pattern.compile("[a-zA-Z0-9:_-]{1,128}");
    private static final Pattern SHADOW = Pattern.compile("[$a-zA-Z0-9:_-]{1,64}");

    /// A thing, which needn't be in the registry: AWS IoT keeps shadows of any name.
    record ThingId(AccountId account, String region, String thingName) {
        /// Account, region, thing name.
        Key key() {
            return Key.of(account.value(), region, thingName);
        }
    }

    static ShadowId of(
            AccountId account, String region, String thingName, @Nullable String shadowName) {
        return new ShadowId(new ThingId(account, region, thingName), shadowName);
    }

    /// Account, region, thing name, shadow name; that of the classic shadow is empty.
    Key key() {
        return thing.key().then(shadowName == null ? "" : shadowName);
    }

    /// What messages call it.
    String displayName() {
        return shadowName == null ? thing.thingName() : shadowName;
    }

    /// `ShadowTopicPrefix` of the developer guide, "Device Shadow MQTT topics".
    String topicPrefix() {
        String classic = "$aws/things/" + thing.thingName() + "/shadow";
        return shadowName == null ? classic : classic + "/name/" + shadowName;
    }

    /// What is wrong with the names, or null. Patterns: API reference, UpdateThingShadow.
    @Nullable String problem() {
        if (!THING.matcher(thing.thingName()).matches()) {
            return "Invalid thing name: '" + thing.thingName() + "'";
        }
        if (shadowName != null && !SHADOW.matcher(shadowName).matches()) {
            return "Invalid shadow name: '" + shadowName + "'";
        }
        return null;
    }
}
