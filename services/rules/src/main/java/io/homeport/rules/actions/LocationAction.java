package io.homeport.rules.actions;

import io.homeport.core.Json;
import io.homeport.core.targets.AwsTargets;
import io.homeport.core.targets.TargetCall;
import software.amazon.awssdk.services.iot.model.Action;
import tools.jackson.databind.node.ObjectNode;

/// Tells a tracker of Amazon Location where a device is.
///
/// Source: AWS IoT developer guide, "Location".
final class LocationAction {
    private LocationAction() {}

    static ActionType of(AwsTargets targets) {
        return new TargetAction<>(
                "location",
                "LocationAction",
                targets,
                Action::location,
                LocationAction::plan,
                LocationAction::call);
    }

    private static ActionPlan plan(
            software.amazon.awssdk.services.iot.model.LocationAction action, PlanContext context) {
        context.literal("roleArn", action.roleArn());
        TemplateParameter tracker = context.required("trackerName", action.trackerName());
        TemplateParameter device = context.required("deviceId", action.deviceId());
        CheckedParameter latitude =
                CheckedParameter.between(context.required("latitude", action.latitude()), -90, 90);
        CheckedParameter longitude =
                CheckedParameter.between(
                        context.required("longitude", action.longitude()), -180, 180);
        Timestamp timestamp =
                action.timestamp() == null
                        ? Timestamp.ARRIVAL
                        : Timestamp.of(
                                action.timestamp().value(), action.timestamp().unit(), context);
        return match -> {
            ObjectNode parameters = Json.MAPPER.createObjectNode();
            String name = tracker.in(match);
            parameters.put("tracker", name).put("deviceId", device.in(match));
            parameters.put("latitude", Double.parseDouble(latitude.in(match)));
            parameters.put("longitude", Double.parseDouble(longitude.in(match)));
            timestamp.resolve(match, parameters);
            return new ActionPlan.Decision(name, parameters, match.output());
        };
    }

    private static TargetCall call(Delivery delivery) {
        return new TargetCall.PutPosition(
                delivery.parameter("tracker"),
                delivery.parameter("deviceId"),
                delivery.parameters().path("latitude").asDouble(),
                delivery.parameters().path("longitude").asDouble(),
                Timestamp.millis(delivery));
    }
}
