package io.homeport.identity;

import io.homeport.aws.ApiDoor;
import io.homeport.aws.ApiRequest;
import io.homeport.aws.ApiResponse;
import io.homeport.aws.Caller;
import io.homeport.core.Json;
import io.homeport.policy.Decision;
import io.homeport.policy.PolicyContext;
import io.homeport.storage.Key;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.iot.model.IotException;

/// The credential provider: gives a device with a certificate temporary credentials of the role
/// behind a role alias (AWS IoT developer guide, "Authorizing direct calls to AWS services using
/// AWS IoT Core credential provider"). Thread-safe; blocks for point reads alone.
///
/// Checks come in AWS's order and say AWS's words: thing, policy, alias, role, duration.
public final class CredentialProvider {
    /// The operation, as policies and the API map name it.
    static final String OPERATION = "AssumeRoleWithCertificate";

    static final String TOO_LONG =
            "The requested CredentialDurationSeconds exceeds the MaxSessionDuration set for the"
                    + " role";
    private static final String ACTION = "iot:" + OPERATION;
    private static final String SERVICE = "credentials.iot.amazonaws.com";
    private static final String THING_NAME = "x-amzn-iot-thingname";

    private final IdentityParts parts;
    private final DeviceRights rights;
    private final Roles roles;
    private final RoleSessions sessions;
    private final Denials denials;

    CredentialProvider(
            IdentityParts parts,
            DeviceRights rights,
            Roles roles,
            RoleSessions sessions,
            Denials denials) {
        this.parts = parts;
        this.rights = rights;
        this.roles = roles;
        this.sessions = sessions;
        this.denials = denials;
    }

    void register(ApiDoor door) {
        door.addRaw(
                "GET",
                "/role-aliases/{roleAlias}/credentials",
                "iot",
                OPERATION,
                (parameters, request, caller) ->
                        answer(
                                credentials(
                                        parameters.getOrDefault("roleAlias", ""),
                                        request,
                                        caller)));
    }

    TemporaryCredentials credentials(String alias, ApiRequest request, Caller caller) {
        if (!(caller.principal() instanceof Caller.Principal.Device device)) {
            throw denied("Access Denied: only a device's certificate gives credentials of a role");
        }
        CertificateIdentity identity =
                new CertificateIdentity(caller.account(), caller.region(), device.certificateId());
        String thingName = request.header(THING_NAME);
        String aliasArn = RoleAliasRecord.arn(caller.account(), caller.region(), alias);
        ThingDirectory.ThingView thing =
                thingName == null ? null : thing(identity, thingName, aliasArn);
        requireAllowed(identity, thingName, aliasArn, caller);
        Key key = Key.of(caller.account().value(), caller.region(), alias);
        RoleAliasRecord found =
                Optional.ofNullable(
                                parts.database()
                                        .peek(view -> parts.tables().roleAliases.get(view, key)))
                        .orElseThrow(() -> Faults.notFound("Role alias does not exist"));
        RoleRecord role =
                roles.byArn(caller.account(), found.roleArn())
                        .filter(candidate -> roles.trusts(candidate, SERVICE, aliasArn))
                        .orElseThrow(() ->
                                Faults.invalid(
                                        "Unable to assume the role, or the role to assume does not"
                                                + " exist"));
        if (found.durationSeconds() > role.maximumSessionSeconds()) {
            throw Faults.invalid(TOO_LONG);
        }
        return sessions.issue(
                role,
                device.certificateId(),
                variables(device.certificateId(), thing),
                Duration.ofSeconds(found.durationSeconds()));
    }

    private ThingDirectory.ThingView thing(
            CertificateIdentity identity, String thingName, String aliasArn) {
        String certificateArn =
                EffectivePolicies.certificateArn(
                        identity.account(), identity.region(), identity.certificateId());
        return Optional.of(thingName)
                .filter(name ->
                        parts.things()
                                .isAttached(
                                        identity.account(),
                                        identity.region(),
                                        name,
                                        certificateArn))
                .flatMap(name -> parts.things().thing(identity.account(), identity.region(), name))
                .orElseThrow(() -> {
                    tell(
                            identity,
                            aliasArn,
                            "the thing " + thingName + " isn't there or not attached to it");
                    return denied("Invalid thing name passed");
                });
    }

    private void tell(CertificateIdentity identity, String aliasArn, String reason) {
        denials.denied(
                identity.account(),
                ACTION,
                aliasArn,
                "certificate " + identity.certificateId() + ": " + reason);
    }

    private void requireAllowed(
            CertificateIdentity identity,
            @Nullable String thingName,
            String aliasArn,
            Caller caller) {
        DeviceRights.Rights held = rights.rights(identity, thingName);
        PolicyContext context =
                CallContext.of(
                        caller,
                        parts.clock(),
                        // A thing is named here, and no client.
                        name ->
                                name.equalsIgnoreCase("iot:ClientId")
                                        ? List.of()
                                        : held.context().values(name));
        Decision decision = held.policies().decide(ACTION, aliasArn, context);
        if (!decision.allowed()) {
            tell(identity, aliasArn, decision.reason());
            throw denied("Access Denied: " + decision.reason());
        }
    }

    /// The context keys that policies of the role may ask for.
    private static Map<String, String> variables(
            String certificateId, ThingDirectory.@Nullable ThingView thing) {
        Map<String, String> variables = new HashMap<>();
        variables.put("credentials-iot:awscertificateid", certificateId);
        if (thing != null) {
            variables.put("credentials-iot:thingname", thing.thingName());
            if (thing.thingTypeName() != null) {
                variables.put("credentials-iot:thingtypename", thing.thingTypeName());
            }
        }
        return variables;
    }

    private static ApiResponse answer(TemporaryCredentials made) {
        Map<String, String> members = new LinkedHashMap<>();
        members.put("accessKeyId", made.accessKeyId());
        members.put("secretAccessKey", made.secretAccessKey());
        members.put("sessionToken", made.sessionToken());
        members.put("expiration", made.expiration().toString());
        return new ApiResponse(
                200,
                Map.of(
                        "content-type", List.of("application/json"),
                        "cache-control", List.of("no-store")),
                Json.MAPPER.writeValueAsBytes(Map.of("credentials", members)));
    }

    private static RuntimeException denied(String message) {
        return IotException.builder()
                .statusCode(403)
                .awsErrorDetails(
                        AwsErrorDetails.builder()
                                .errorCode("AccessDeniedException")
                                .errorMessage(message)
                                .build())
                .message(message)
                .build();
    }
}
