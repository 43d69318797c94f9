package io.homeport.identity;

import io.homeport.aws.RawRequest;
import io.homeport.core.AccountId;
import io.homeport.core.Arn;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;

/// What an API call does to which resource, in the words of policies. Immutable.
///
/// @param actions spellings of the action, of which one must be allowed
/// @param resource an ARN, or `*` where the request names none
/// @param conditions values of condition keys that the request gives
record RequestedAction(List<String> actions, String resource, Map<String, String> conditions) {
    private static final String DATA = "iotdata";
    private static final String DATA_GATEWAY = "iotdevicegateway";
    private static final String JOBS_DATA = "iot-jobs-data";

    /// Signing names whose prefix in policies is another (Service Authorization Reference).
    private static final Map<String, String> PREFIXES =
            Map.of(
                    DATA,
                    "iot",
                    DATA_GATEWAY,
                    "iot",
                    JOBS_DATA,
                    "iotjobsdata",
                    "ioteventsdata",
                    "iotevents",
                    "iotsecuredtunneling",
                    "iot");

    /// Members that name the resource, the first that is there counts.
    private static final Map<String, String> RESOURCE_TYPES = new LinkedHashMap<>();

    static {
        RESOURCE_TYPES.put("certificateId", "cert");
        RESOURCE_TYPES.put("jobId", "job");
        RESOURCE_TYPES.put("thingName", "thing");
        RESOURCE_TYPES.put("thingGroupName", "thinggroup");
        RESOURCE_TYPES.put("billingGroupName", "billinggroup");
        RESOURCE_TYPES.put("thingTypeName", "thingtype");
        RESOURCE_TYPES.put("policyName", "policy");
        RESOURCE_TYPES.put("topic", "topic");
        RESOURCE_TYPES.put("clientId", "client");
        RESOURCE_TYPES.put("ruleName", "rule");
        RESOURCE_TYPES.put("templateName", "provisioningtemplate");
        RESOURCE_TYPES.put("roleAlias", "rolealias");
        RESOURCE_TYPES.put("authorizerName", "authorizer");
        RESOURCE_TYPES.put("streamId", "stream");
        RESOURCE_TYPES.put("jobTemplateId", "jobtemplate");
    }

    /// Condition keys of the data plane by the members that give their values.
    private static final Map<String, String> CONDITIONS =
            Map.of(
                    "SendDirectMessage/topic", "iot:topic",
                    "GetConnection/includeSocketInformation", "iot:includesocketinformation");

    RequestedAction {
        actions = List.copyOf(actions);
        conditions = Map.copyOf(conditions);
    }

    /// What a call asks for; more than one where each needs its own permission.
    static List<RequestedAction> of(
            AccountId account,
            String region,
            String signingName,
            String operation,
            SdkPojo request) {
        String service = signingName.toLowerCase(Locale.ROOT);
        String prefix = PREFIXES.getOrDefault(service, service);
        Map<String, Object> members = members(request);
        Map<String, String> conditions = conditions(operation, members);
        List<String> resources =
                isDataPlane(service)
                        ? List.of(dataResource(account, region, operation, members))
                        : resources(account, region, prefix, operation, members);
        List<RequestedAction> all = new ArrayList<>();
        for (String resource : resources) {
            all.add(
                    new RequestedAction(
                            spellings(service, prefix, operation), resource, conditions));
        }
        passedRole(prefix, operation, members).ifPresent(all::add);
        if (isData(service)
                && operation.equals("Publish")
                && "true".equalsIgnoreCase(String.valueOf(members.get("retain")))) {
            all.add(
                    new RequestedAction(
                            List.of("iot:RetainPublish"), resources.getFirst(), conditions));
        }
        return all;
    }

    /// Whoever gives a service a role needs the permission to pass it, lest it lends itself the
    /// rights of any role (IAM user guide, "Grant a user permissions to pass a role to an AWS
    /// service").
    private static Optional<RequestedAction> passedRole(
            String prefix, String operation, Map<String, Object> members) {
        String member;
        String receiver;
        switch (prefix + ":" + operation) {
            case "iot:CreateRoleAlias", "iot:UpdateRoleAlias" -> {
                member = "roleArn";
                receiver = "credentials.iot.amazonaws.com";
            }
            case "lambda:CreateFunction", "lambda:UpdateFunctionConfiguration" -> {
                member = "role";
                receiver = "lambda.amazonaws.com";
            }
            default -> {
                return Optional.empty();
            }
        }
        return Optional.ofNullable(text(members, member))
                .map(role ->
                        new RequestedAction(
                                List.of("iam:PassRole"),
                                role,
                                Map.of("iam:passedtoservice", receiver)));
    }

    /// Whether the operations of a signing name are what devices call.
    static boolean isDataPlane(String signingName) {
        String service = signingName.toLowerCase(Locale.ROOT);
        return isData(service) || service.equals(JOBS_DATA);
    }

    String action() {
        return actions.getFirst();
    }

    private static boolean isData(String service) {
        return service.equals(DATA) || service.equals(DATA_GATEWAY);
    }

    /// Older policies say `iot:` for the operations of jobs.
    private static List<String> spellings(String service, String prefix, String operation) {
        if (service.equals("lambda") && operation.equals("Invoke")) {
            return List.of("lambda:InvokeFunction");
        }
        return service.equals(JOBS_DATA)
                ? List.of(prefix + ":" + operation, "iot:" + operation)
                : List.of(prefix + ":" + operation);
    }

    /// AWS IoT developer guide, "AWS IoT Core policy actions" and "action resources".
    private static String dataResource(
            AccountId account, String region, String operation, Map<String, Object> members) {
        return switch (operation) {
            case "Publish", "GetRetainedMessage" ->
                    arn(account, region, "iot", "topic/" + members.get("topic"));
            case "ListRetainedMessages" -> "*";
            case "GetThingShadow", "UpdateThingShadow", "DeleteThingShadow" -> {
                Object shadow = members.get("shadowName");
                yield arn(
                        account,
                        region,
                        "iot",
                        "thing/" + members.get("thingName") + (shadow == null ? "" : "/" + shadow));
            }
            case "ListNamedShadowsForThing",
                    "DescribeJobExecution",
                    "GetPendingJobExecutions",
                    "StartNextPendingJobExecution",
                    "UpdateJobExecution" ->
                    arn(account, region, "iot", "thing/" + members.get("thingName"));
            default -> {
                Object clientId = members.get("clientId");
                yield clientId == null ? "*" : arn(account, region, "iot", "client/" + clientId);
            }
        };
    }

    private static Map<String, String> conditions(String operation, Map<String, Object> members) {
        Map<String, String> conditions = new HashMap<>();
        CONDITIONS.forEach((source, key) -> {
            String member = source.substring(source.indexOf('/') + 1);
            if (source.startsWith(operation + "/") && members.get(member) != null) {
                conditions.put(key, String.valueOf(members.get(member)));
            }
        });
        return conditions;
    }

    /// Every resource that a call concerns needs its permission (Service Authorization Reference,
    /// "Actions defined by AWS IoT").
    private static List<String> resources(
            AccountId account,
            String region,
            String prefix,
            String operation,
            Map<String, Object> members) {
        if (prefix.equals("lambda")) {
            return List.of(function(account, region, members));
        }
        if (!prefix.equals("iot")) {
            return List.of(resource(account, region, prefix, operation, members));
        }
        List<String> named = new ArrayList<>();
        switch (operation) {
            case "AddThingToThingGroup", "RemoveThingFromThingGroup" -> {
                named.add(byNameOrArn(account, region, "thing", "thing", members));
                named.add(byNameOrArn(account, region, "thinggroup", "thingGroup", members));
            }
            case "AddThingToBillingGroup", "RemoveThingFromBillingGroup" -> {
                named.add(byNameOrArn(account, region, "thing", "thing", members));
                named.add(byNameOrArn(account, region, "billinggroup", "billingGroup", members));
            }
            case "UpdateThingGroupsForThing" -> {
                named.add(byNameOrArn(account, region, "thing", "thing", members));
                for (String list : List.of("thingGroupsToAdd", "thingGroupsToRemove")) {
                    if (members.get(list) instanceof List<?> groups) {
                        groups.forEach(group ->
                                named.add(arn(account, region, "iot", "thinggroup/" + group)));
                    }
                }
            }
            case "CreateThing" -> {
                named.add(byNameOrArn(account, region, "thing", "thing", members));
                if (text(members, "billingGroupName") != null) {
                    named.add(
                            byNameOrArn(account, region, "billinggroup", "billingGroup", members));
                }
            }
            case "AttachPolicy", "DetachPolicy", "ListAttachedPolicies" ->
                    named.add(arnOrAny(members, "target"));
            case "AttachPrincipalPolicy", "DetachPrincipalPolicy" ->
                    named.add(arnOrAny(members, "principal"));
            default -> named.add(resource(account, region, prefix, operation, members));
        }
        return named;
    }

    /// A function, which callers name in many ways, with its qualifier where one is given (Service
    /// Authorization Reference, "Resource types defined by AWS Lambda").
    private static String function(AccountId account, String region, Map<String, Object> members) {
        String tagged = text(members, "resource");
        String named = tagged == null ? text(members, "functionName") : tagged;
        if (named == null) {
            return "*";
        }
        String qualifier = text(members, "qualifier");
        String suffix = qualifier == null || named.endsWith(":" + qualifier) ? "" : ":" + qualifier;
        if (named.startsWith("arn:")) {
            return named + suffix;
        }
        String name = named.replaceFirst("^(\\d{12}:)?(function:)?", "");
        return arn(account, region, "lambda", "function:" + name + suffix);
    }

    private static String byNameOrArn(
            AccountId account,
            String region,
            String type,
            String member,
            Map<String, Object> members) {
        String name = text(members, member + "Name");
        String arn = text(members, member + "Arn");
        if (name != null) {
            return arn(account, region, "iot", type + "/" + name);
        }
        return arn == null ? "*" : arn;
    }

    /// Cognito identities have no ARN.
    private static String arnOrAny(Map<String, Object> members, String member) {
        String value = text(members, member);
        return value == null || !value.startsWith("arn:") ? "*" : value;
    }

    private static String resource(
            AccountId account,
            String region,
            String prefix,
            String operation,
            Map<String, Object> members) {
        if (members.get("resourceArn") instanceof String arn) {
            return arn;
        }
        if (operation.contains("CACertificate") && text(members, "certificateId") != null) {
            return arn(account, region, "iot", "cacert/" + text(members, "certificateId"));
        }
        if (!prefix.equals("iot")) {
            return "*";
        }
        return RESOURCE_TYPES.entrySet().stream()
                .flatMap(type ->
                        Optional.ofNullable(text(members, type.getKey()))
                                .map(id -> type.getValue() + "/" + id)
                                .stream())
                .findFirst()
                .map(path -> arn(account, region, "iot", path))
                .orElse("*");
    }

    private static String arn(AccountId account, String region, String service, String resource) {
        return Arn.of(service, region, account, resource).toString();
    }

    private static @Nullable String text(Map<String, Object> members, String name) {
        return members.get(name) instanceof String text && !text.isEmpty() ? text : null;
    }

    /// Members by their names in the models of services, which begin with a small letter. Those of
    /// raw requests are what clients send, where `Topic` isn't `topic` and must not pass for it.
    private static Map<String, Object> members(SdkPojo request) {
        boolean raw = request instanceof RawRequest;
        Map<String, Object> members = new HashMap<>();
        for (SdkField<?> field : request.sdkFields()) {
            Object value = field.getValueOrDefault(request);
            if (value != null) {
                members.put(raw ? field.memberName() : lowerFirst(field.memberName()), value);
            }
        }
        return members;
    }

    private static String lowerFirst(String name) {
        return name.isEmpty() ? name : Character.toLowerCase(name.charAt(0)) + name.substring(1);
    }
}
