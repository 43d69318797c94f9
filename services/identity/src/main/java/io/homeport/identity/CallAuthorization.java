package io.homeport.identity;

import io.homeport.aws.CallAuthorizer;
import io.homeport.aws.Caller;
import io.homeport.core.Clock;
import io.homeport.policy.Decision;
import io.homeport.policy.PolicyContext;
import io.homeport.policy.PolicySet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import software.amazon.awssdk.core.SdkPojo;

/// Decides API calls: the administrator may call everything, other users and holders of temporary
/// credentials what their policies allow, devices the operations of the data plane that their IoT
/// policies allow. Thread-safe.
public final class CallAuthorization implements CallAuthorizer {
    private final ApiUsers users;
    private final Roles roles;
    private final DeviceRights rights;
    private final Clock clock;
    private final Denials denials;

    CallAuthorization(
            ApiUsers users, Roles roles, DeviceRights rights, Clock clock, Denials denials) {
        this.users = users;
        this.roles = roles;
        this.rights = rights;
        this.clock = clock;
        this.denials = denials;
    }

    @Override
    public Optional<String> refusal(
            Caller caller, String signingName, String operation, SdkPojo request) {
        return switch (caller.principal()) {
            case Caller.Principal.ApiUser user ->
                    user.administrator()
                            ? Optional.empty()
                            : identityRefusal(
                                    users.policies(user.accessKeyId()),
                                    CallContext.of(caller, clock, variables(user, caller)),
                                    ApiUsers.arn(caller.account(), user.name()),
                                    actions(caller, signingName, operation, request));
            case Caller.Principal.RoleSession session ->
                    identityRefusal(
                            roles.policies(caller.account(), session.roleArn(), session.roleId()),
                            CallContext.of(caller, clock, Roles.variables(session)),
                            session.arn(),
                            actions(caller, signingName, operation, request));
            // The provider itself asks the policies, since it knows the thing.
            case Caller.Principal.Device _ when operation.equals(CredentialProvider.OPERATION) ->
                    Optional.empty();
            case Caller.Principal.Device device ->
                    deviceRefusal(
                            new Held(
                                    "Certificate " + device.certificateId(),
                                    () ->
                                            rights.rights(
                                                    new CertificateIdentity(
                                                            caller.account(),
                                                            caller.region(),
                                                            device.certificateId()),
                                                    null,
                                                    device.policyDocuments())),
                            caller,
                            signingName,
                            operation,
                            request);
            case Caller.Principal.Authorized client ->
                    deviceRefusal(
                            new Held(
                                    "Client " + client.principalId() + " of a custom authorizer",
                                    () -> rights.authorizedRights(null, client.policyDocuments())),
                            caller,
                            signingName,
                            operation,
                            request);
        };
    }

    private static List<RequestedAction> actions(
            Caller caller, String signingName, String operation, SdkPojo request) {
        return RequestedAction.of(
                caller.account(), caller.region(), signingName, operation, request);
    }

    /// The words of AWS: see IAM user guide, "Troubleshoot access denied error messages".
    private static Optional<String> identityRefusal(
            PolicySet policies, PolicyContext context, String who, List<RequestedAction> actions) {
        for (RequestedAction action : actions) {
            Decision decision = decide(policies, action, context);
            if (!decision.allowed()) {
                return Optional.of(
                        "User: "
                                + who
                                + " is not authorized to perform: "
                                + action.action()
                                + " on resource: "
                                + action.resource()
                                + (decision.outcome() == Decision.Outcome.EXPLICIT_DENY
                                        ? " with an explicit deny in an identity-based policy"
                                        : " because no identity-based policy allows the "
                                                + action.action()
                                                + " action"));
            }
        }
        return Optional.empty();
    }

    /// What a client of the data plane may do.
    ///
    /// @param who for messages
    private record Held(String who, Supplier<DeviceRights.Rights> rights) {}

    private Optional<String> deviceRefusal(
            Held client, Caller caller, String signingName, String operation, SdkPojo request) {
        if (!RequestedAction.isDataPlane(signingName)) {
            return Optional.of(
                    client.who()
                            + " is not authorized to perform: "
                            + operation
                            + " because it has access to the data plane alone");
        }
        DeviceRights.Rights held = client.rights().get();
        PolicyContext context = CallContext.of(caller, clock, held.context());
        for (RequestedAction action : actions(caller, signingName, operation, request)) {
            Decision decision = decide(held.policies(), action, context);
            if (!decision.allowed()) {
                denials.denied(
                        caller.account(),
                        action.action(),
                        action.resource(),
                        client.who() + ": " + decision.reason());
                return Optional.of(
                        client.who()
                                + " is not authorized to perform: "
                                + action.action()
                                + " on resource: "
                                + action.resource()
                                + " because "
                                + decision.reason());
            }
        }
        return Optional.empty();
    }

    /// An explicit deny of any spelling wins, else one that is allowed will do.
    private static Decision decide(
            PolicySet policies, RequestedAction action, PolicyContext callersContext) {
        PolicyContext context =
                name -> {
                    String given = action.conditions().get(name.toLowerCase(Locale.ROOT));
                    return given == null ? callersContext.values(name) : List.of(given);
                };
        Decision best = null;
        for (String spelling : action.actions()) {
            Decision decision = policies.decide(spelling, action.resource(), context);
            if (decision.outcome() == Decision.Outcome.EXPLICIT_DENY) {
                return decision;
            }
            if (best == null || (decision.allowed() && !best.allowed())) {
                best = decision;
            }
        }
        return Objects.requireNonNull(best);
    }

    private static PolicyContext variables(Caller.Principal.ApiUser user, Caller caller) {
        return name ->
                switch (name.toLowerCase(Locale.ROOT)) {
                    case "aws:username" -> List.of(user.name());
                    case "aws:userid" -> List.of(user.accessKeyId());
                    case "aws:principaltype" -> List.of("User");
                    case "aws:principalarn" -> List.of(ApiUsers.arn(caller.account(), user.name()));
                    default -> List.of();
                };
    }
}
