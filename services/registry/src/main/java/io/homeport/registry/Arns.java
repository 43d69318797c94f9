package io.homeport.registry;

import io.homeport.aws.Caller;
import io.homeport.core.Arn;
import org.jspecify.annotations.Nullable;

/// The ARNs of the registry's resources.
final class Arns {
    static final String THING = "thing";
    static final String THING_TYPE = "thingtype";
    static final String THING_GROUP = "thinggroup";
    static final String BILLING_GROUP = "billinggroup";

    private Arns() {}

    static String thing(String account, String region, String name) {
        return arn(account, region, THING, name);
    }

    static String thingType(String account, String region, String name) {
        return arn(account, region, THING_TYPE, name);
    }

    static String thingGroup(String account, String region, String name) {
        return arn(account, region, THING_GROUP, name);
    }

    static String billingGroup(String account, String region, String name) {
        return arn(account, region, BILLING_GROUP, name);
    }

    /// The name of a resource of which a request may give the name, the ARN, or both.
    static String nameOf(
            Caller caller,
            String resourceType,
            String what,
            @Nullable String name,
            @Nullable String arn) {
        if (arn == null || arn.isEmpty()) {
            if (name == null || name.isEmpty()) {
                throw Faults.invalid("Either the name or the ARN of the " + what + " is required");
            }
            return name;
        }
        Arn parsed =
                Arn.parse(arn)
                        .filter(a ->
                                a.service().equals("iot")
                                        && a.region().equals(caller.region())
                                        && a.account().equals(caller.account().value())
                                        && a.resourceType().equals(resourceType)
                                        && !a.resourceId().isEmpty())
                        .orElseThrow(() -> Faults.invalid("Invalid " + what + " ARN: " + arn));
        if (name != null && !name.isEmpty() && !name.equals(parsed.resourceId())) {
            throw Faults.invalid(
                    "The " + what + " name " + name + " does not match the ARN " + arn);
        }
        return parsed.resourceId();
    }

    private static String arn(String account, String region, String type, String name) {
        return new Arn("aws", "iot", region, account, type + "/" + name).toString();
    }
}
