package io.homeport.identity;

import io.homeport.aws.Caller;
import io.homeport.aws.OperationTable;
import io.homeport.policy.Decision;
import io.homeport.policy.PolicyContext;
import io.homeport.policy.PolicySet;
import io.homeport.storage.Key;
import io.homeport.storage.View;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iot.model.Allowed;
import software.amazon.awssdk.services.iot.model.AuthDecision;
import software.amazon.awssdk.services.iot.model.AuthInfo;
import software.amazon.awssdk.services.iot.model.AuthResult;
import software.amazon.awssdk.services.iot.model.Denied;
import software.amazon.awssdk.services.iot.model.EffectivePolicy;
import software.amazon.awssdk.services.iot.model.GetEffectivePoliciesRequest;
import software.amazon.awssdk.services.iot.model.GetEffectivePoliciesResponse;
import software.amazon.awssdk.services.iot.model.Policy;
import software.amazon.awssdk.services.iot.model.TestAuthorizationRequest;
import software.amazon.awssdk.services.iot.model.TestAuthorizationResponse;

/// Tells callers which policies hold for a principal and what they would decide. Thread-safe.
final class AuthorizationOperations {
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([^{}]+)}");
    private static final int AUTH_INFOS = 10;

    private final IdentityParts parts;
    private final Tables tables;
    private final EffectivePolicies effective;
    private final DeviceRights rights;

    AuthorizationOperations(IdentityParts parts, EffectivePolicies effective, DeviceRights rights) {
        this.parts = parts;
        this.tables = parts.tables();
        this.effective = effective;
        this.rights = rights;
    }

    void register(OperationTable table) {
        table.add(
                        GetEffectivePoliciesRequest.class,
                        GetEffectivePoliciesRequest::builder,
                        this::getEffectivePolicies)
                .add(
                        TestAuthorizationRequest.class,
                        TestAuthorizationRequest::builder,
                        this::testAuthorization);
    }

    GetEffectivePoliciesResponse getEffectivePolicies(
            GetEffectivePoliciesRequest request, Caller caller) {
        refuseIdentityPools(request.cognitoIdentityPoolId());
        List<PolicyRecord> policies =
                parts.database()
                        .read(view ->
                                effective.attached(
                                        view,
                                        caller.account(),
                                        caller.region(),
                                        targets(
                                                view,
                                                caller,
                                                request.principal(),
                                                request.thingName())));
        return GetEffectivePoliciesResponse.builder()
                .effectivePolicies(
                        policies.stream()
                                .map(policy ->
                                        EffectivePolicy.builder()
                                                .policyName(policy.name())
                                                .policyArn(policy.arn())
                                                .policyDocument(policy.document())
                                                .build())
                                .toList())
                .build();
    }

    TestAuthorizationResponse testAuthorization(TestAuthorizationRequest request, Caller caller) {
        refuseIdentityPools(request.cognitoIdentityPoolId());
        if (request.authInfos().isEmpty() || request.authInfos().size() > AUTH_INFOS) {
            throw Faults.invalid("authInfos must have 1 to " + AUTH_INFOS + " items");
        }
        return parts.database()
                .read(view -> {
                    Case test = testCase(view, request, caller);
                    return TestAuthorizationResponse.builder()
                            .authResults(request.authInfos().stream().map(test::decide).toList())
                            .build();
                });
    }

    private Case testCase(View view, TestAuthorizationRequest request, Caller caller) {
        String principal = request.principal();
        List<PolicyRecord> policies = new ArrayList<>();
        ThingDirectory.ThingView thing = null;
        CertificateVariables variables = null;
        if (principal != null) {
            Optional<CertificateRecord> certificate = certificate(view, caller, principal);
            variables = certificate.map(rights::variables).orElse(null);
            if (request.clientId() != null) {
                thing =
                        effective
                                .thing(
                                        caller.account(),
                                        caller.region(),
                                        principal,
                                        request.clientId())
                                .orElse(null);
            }
            Set<String> targets = new LinkedHashSet<>(List.of(principal));
            if (thing != null) {
                targets.addAll(thing.groupArns());
            }
            policies.addAll(effective.attached(view, caller.account(), caller.region(), targets));
        } else if (request.policyNamesToAdd().isEmpty()) {
            throw Faults.invalid("A principal or policyNamesToAdd must be given");
        }
        for (String name : request.policyNamesToAdd()) {
            PolicyRecord added = policy(view, caller, name);
            if (policies.stream().noneMatch(policy -> policy.name().equals(name))) {
                policies.add(added);
            }
        }
        policies.removeIf(policy -> request.policyNamesToSkip().contains(policy.name()));
        return new Case(
                policies,
                effective.compile(policies),
                new DeviceContext(variables, request.clientId(), thing));
    }

    /// The principal itself and the groups of its thing.
    private Collection<String> targets(
            View view, Caller caller, @Nullable String principal, @Nullable String thingName) {
        Set<String> targets = new LinkedHashSet<>();
        if (principal != null) {
            certificate(view, caller, principal);
            targets.add(principal);
        }
        if (thingName != null) {
            targets.addAll(
                    parts.things()
                            .thing(caller.account(), caller.region(), thingName)
                            .orElseThrow(() -> Faults.notFound("Thing " + thingName + " not found"))
                            .groupArns());
        } else if (principal != null) {
            parts.things()
                    .exclusiveThingOf(caller.account(), caller.region(), principal)
                    .flatMap(name -> parts.things().thing(caller.account(), caller.region(), name))
                    .ifPresent(thing -> targets.addAll(thing.groupArns()));
        }
        if (targets.isEmpty() && principal == null && thingName == null) {
            throw Faults.invalid("A principal or a thingName must be given");
        }
        return targets;
    }

    /// The certificate that a principal is; nothing for a Cognito identity.
    private Optional<CertificateRecord> certificate(View view, Caller caller, String principal) {
        if (Certificates.isCognitoId(principal)) {
            return Optional.empty();
        }
        String id =
                Certificates.idOf(caller, principal)
                        .orElseThrow(() ->
                                Faults.invalid(
                                        "Invalid principal '"
                                                + principal
                                                + "': it must be the ARN of a certificate"
                                                + " of this account and region, or a"
                                                + " Cognito identity id"));
        return Optional.of(
                tables.certificate(view, caller.account().value(), caller.region(), id)
                        .orElseThrow(() -> Faults.noCertificate(id)));
    }

    private PolicyRecord policy(View view, Caller caller, String name) {
        PolicyRecord policy =
                tables.policies.get(view, Key.of(caller.account().value(), caller.region(), name));
        if (policy == null) {
            throw Faults.noPolicy(name);
        }
        return policy;
    }

    private static void refuseIdentityPools(@Nullable String cognitoIdentityPoolId) {
        if (cognitoIdentityPoolId != null) {
            throw Faults.invalid(
                    "cognitoIdentityPoolId is not supported: give the identity id as principal");
        }
    }

    /// The policies and values of one test.
    private record Case(List<PolicyRecord> policies, PolicySet set, PolicyContext context) {
        AuthResult decide(AuthInfo info) {
            if (info.resources().isEmpty()) {
                throw Faults.invalid("An authInfo needs resources");
            }
            List<Decision> decisions =
                    info.resources().stream()
                            .map(resource -> set.decide(action(info), resource, context))
                            .toList();
            AuthDecision outcome = outcome(decisions);
            return AuthResult.builder()
                    .authInfo(info)
                    .authDecision(outcome)
                    .allowed(
                            Allowed.builder()
                                    .policies(named(decisions, Decision.Outcome.ALLOWED))
                                    .build())
                    .denied(denied(decisions, outcome))
                    .missingContextValues(missing())
                    .build();
        }

        private static String action(AuthInfo info) {
            return switch (info.actionType()) {
                case CONNECT -> "iot:Connect";
                case PUBLISH -> "iot:Publish";
                case SUBSCRIBE -> "iot:Subscribe";
                case RECEIVE -> "iot:Receive";
                case null, default ->
                        throw Faults.invalid(
                                "actionType must be CONNECT, PUBLISH, SUBSCRIBE or RECEIVE");
            };
        }

        private static AuthDecision outcome(List<Decision> decisions) {
            if (decisions.stream().anyMatch(d -> d.outcome() == Decision.Outcome.EXPLICIT_DENY)) {
                return AuthDecision.EXPLICIT_DENY;
            }
            return decisions.stream().allMatch(Decision::allowed)
                    ? AuthDecision.ALLOWED
                    : AuthDecision.IMPLICIT_DENY;
        }

        private Denied denied(List<Decision> decisions, AuthDecision outcome) {
            List<Policy> implicit =
                    outcome == AuthDecision.IMPLICIT_DENY
                            ? policies.stream().map(PolicyOperations::summary).toList()
                            : List.of();
            return Denied.builder()
                    .implicitDeny(deny -> deny.policies(implicit))
                    .explicitDeny(
                            deny -> deny.policies(named(decisions, Decision.Outcome.EXPLICIT_DENY)))
                    .build();
        }

        private List<Policy> named(List<Decision> decisions, Decision.Outcome outcome) {
            Set<String> names = new TreeSet<>();
            for (Decision decision : decisions) {
                String name = decision.policyName();
                if (decision.outcome() == outcome && name != null) {
                    names.add(name);
                }
            }
            return policies.stream()
                    .filter(policy -> names.contains(policy.name()))
                    .map(PolicyOperations::summary)
                    .toList();
        }

        /// The variables of the policies that have no value in this test.
        private List<String> missing() {
            Set<String> missing = new TreeSet<>();
            for (PolicyRecord policy : policies) {
                Matcher matcher = VARIABLE.matcher(policy.document());
                while (matcher.find()) {
                    String name = matcher.group(1).split(",", 2)[0].strip();
                    if (!"*?$".contains(name) && context.values(name).isEmpty()) {
                        missing.add(name);
                    }
                }
            }
            return List.copyOf(missing);
        }
    }
}
