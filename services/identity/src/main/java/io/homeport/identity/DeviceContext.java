package io.homeport.identity;

import io.homeport.policy.PolicyContext;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The policy variables that a certificate and its thing give. Thing variables are there for MQTT
/// alone. Immutable.
///
/// @param clientId null for HTTPS
/// @param thing the thing of the connection, where it is known
record DeviceContext(
        @Nullable CertificateVariables certificate,
        @Nullable String clientId,
        ThingDirectory.@Nullable ThingView thing)
        implements PolicyContext {
    private static final String THING = "iot:connection.thing.";
    private static final String ATTRIBUTES = "attributes[";

    @Override
    public List<String> values(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (lower.startsWith(THING)) {
            return clientId == null ? List.of() : thingValues(name, lower);
        }
        if (lower.equals("iot:clientid")) {
            return clientId == null ? List.of() : List.of(clientId);
        }
        return certificate == null ? List.of() : certificate.values(name);
    }

    private List<String> thingValues(String name, String lower) {
        String rest = lower.substring(THING.length());
        if (rest.equals("isattached")) {
            return List.of(Boolean.toString(thing != null));
        }
        if (thing == null) {
            return List.of();
        }
        if (rest.startsWith(ATTRIBUTES) && rest.endsWith("]")) {
            // Names of attributes are told apart by case.
            String attribute =
                    name.substring(THING.length() + ATTRIBUTES.length(), name.length() - 1);
            return one(thing.attributes().get(attribute));
        }
        return switch (rest) {
            case "thingname" -> List.of(thing.thingName());
            case "thingtypename" -> one(thing.thingTypeName());
            default -> List.of();
        };
    }

    private static List<String> one(@Nullable String value) {
        return value == null ? List.of() : List.of(value);
    }
}
