package io.homeport.gateway;

import io.homeport.aws.Caller;
import io.homeport.broker.BrokerEvent;
import io.homeport.core.Clock;
import io.homeport.policy.Decision;
import io.homeport.policy.PolicyContext;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import software.amazon.awssdk.services.iotdataplane.model.ForbiddenException;

/// What IoT policies let a device do over HTTPS. Thread-safe.
final class DevicePolicies {
    private final DeviceDirectory directory;
    private final Explanations explanations;
    private final Clock clock;

    DevicePolicies(DeviceDirectory directory, Explanations explanations, Clock clock) {
        this.directory = directory;
        this.explanations = explanations;
        this.clock = clock;
    }

    /// Throws where the caller is a device that may not. API users were judged before.
    ///
    /// @param resource of an ARN, for example `topic/a/b`; `*` for any
    void require(Caller caller, String action, String resource) {
        require(caller, action, resource, Map.of());
    }

    /// @param conditions condition keys of the request itself, in lower case
    void require(
            Caller caller, String action, String resource, Map<String, List<String>> conditions) {
        if (caller.principal() instanceof Caller.Principal.ApiUser
                || caller.principal() instanceof Caller.Principal.RoleSession) {
            return;
        }
        DeviceIdentity identity = DeviceIdentity.of(caller);
        DeviceDirectory.Rights rights = directory.rights(identity, null);
        String arn =
                resource.equals("*")
                        ? "*"
                        : "arn:aws:iot:"
                                + caller.region()
                                + ":"
                                + caller.account()
                                + ":"
                                + resource;
        PolicyContext context =
                name -> {
                    String key = name.toLowerCase(Locale.ROOT);
                    List<String> own = conditions.get(key);
                    return own != null ? own : values(key, name, caller, rights.context());
                };
        Decision decision = rights.policies().decide(action, arn, context);
        if (!decision.allowed()) {
            explanations.onEvent(
                    new BrokerEvent.Denied(
                            caller.account(),
                            "",
                            action,
                            resource,
                            identity.shown() + ": " + decision.reason()));
            throw ForbiddenException.builder().message(decision.reason()).build();
        }
    }

    private List<String> values(String key, String name, Caller caller, PolicyContext directory) {
        return switch (key) {
            case "aws:sourceip" -> List.of(caller.sourceIp());
            case "aws:currenttime" ->
                    List.of(clock.now().truncatedTo(ChronoUnit.SECONDS).toString());
            case "aws:epochtime" ->
                    List.of(Long.toString(Instant.ofEpochMilli(clock.millis()).getEpochSecond()));
            default -> directory.values(name);
        };
    }
}
