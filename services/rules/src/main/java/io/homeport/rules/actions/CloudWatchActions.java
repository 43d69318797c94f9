package io.homeport.rules.actions;

import io.homeport.core.Json;
import io.homeport.core.targets.AwsTargets;
import io.homeport.core.targets.TargetCall;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iot.model.Action;
import software.amazon.awssdk.services.iot.model.CloudwatchAlarmAction;
import software.amazon.awssdk.services.iot.model.CloudwatchLogsAction;
import software.amazon.awssdk.services.iot.model.CloudwatchMetricAction;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What rules do in CloudWatch: metrics, alarms and logs.
///
/// Source: AWS IoT developer guide, "CloudWatch metrics", "CloudWatch alarms", "CloudWatch Logs".
final class CloudWatchActions {
    /// CloudWatch API reference, MetricDatum.
    private static final Set<String> UNITS =
            Set.of(
                    ("Seconds Microseconds Milliseconds Bytes Kilobytes Megabytes Gigabytes"
                                    + " Terabytes Bits Kilobits Megabits Gigabits Terabits Percent"
                                    + " Count Bytes/Second Kilobytes/Second Megabytes/Second"
                                    + " Gigabytes/Second Terabytes/Second Bits/Second"
                                    + " Kilobits/Second Megabits/Second Gigabits/Second"
                                    + " Terabits/Second Count/Second None")
                            .split(" "));

    private static final Set<String> STATES = Set.of("OK", "ALARM", "INSUFFICIENT_DATA");

    /// CloudWatch Logs API reference, PutLogEvents.
    private static final int MAXIMUM_EVENTS = 10_000;

    private CloudWatchActions() {}

    static ActionType metric(AwsTargets targets) {
        return new TargetAction<>(
                "cloudwatchMetric",
                "CloudwatchMetricAction",
                targets,
                Action::cloudwatchMetric,
                CloudWatchActions::planMetric,
                delivery ->
                        new TargetCall.PutMetric(
                                delivery.parameter("namespace"),
                                delivery.parameter("name"),
                                delivery.parameter("unit"),
                                delivery.parameters().path("value").asDouble(),
                                delivery.parameters().path("timestampMillis").asLong()));
    }

    private static ActionPlan planMetric(CloudwatchMetricAction action, PlanContext context) {
        context.literal("roleArn", action.roleArn());
        TemplateParameter name = context.required("metricName", action.metricName());
        TemplateParameter namespace = context.required("metricNamespace", action.metricNamespace());
        CheckedParameter unit =
                new CheckedParameter(
                        context.required("metricUnit", action.metricUnit()),
                        UNITS::contains,
                        "has to be a unit of CloudWatch such as Count or Seconds");
        CheckedParameter value =
                CheckedParameter.number(context.required("metricValue", action.metricValue()));
        TemplateParameter given = context.optional("metricTimestamp", action.metricTimestamp());
        CheckedParameter timestamp =
                given == null ? null : CheckedParameter.between(given, 0, 253_402_300_799d);
        return match -> {
            ObjectNode parameters = Json.MAPPER.createObjectNode();
            String resource = name.in(match);
            parameters.put("name", resource).put("namespace", namespace.in(match));
            parameters.put("unit", unit.in(match));
            parameters.put("value", Double.parseDouble(value.in(match)));
            parameters.put(
                    "timestampMillis",
                    timestamp == null
                            ? match.origin().arrivedAtMillis()
                            : Math.round(Double.parseDouble(timestamp.in(match)) * 1000));
            return new ActionPlan.Decision(resource, parameters, match.output());
        };
    }

    static ActionType alarm(AwsTargets targets) {
        return new TargetAction<>(
                "cloudwatchAlarm",
                "CloudwatchAlarmAction",
                targets,
                Action::cloudwatchAlarm,
                CloudWatchActions::planAlarm,
                delivery ->
                        new TargetCall.SetAlarm(
                                delivery.parameter("alarm"),
                                delivery.parameter("state"),
                                delivery.parameter("reason")));
    }

    private static ActionPlan planAlarm(CloudwatchAlarmAction action, PlanContext context) {
        context.literal("roleArn", action.roleArn());
        TemplateParameter alarm = context.required("alarmName", action.alarmName());
        TemplateParameter reason = context.required("stateReason", action.stateReason());
        CheckedParameter state =
                new CheckedParameter(
                        context.required("stateValue", action.stateValue()),
                        STATES::contains,
                        "has to be OK, ALARM or INSUFFICIENT_DATA");
        return match -> {
            ObjectNode parameters = Json.MAPPER.createObjectNode();
            String name = alarm.in(match);
            parameters.put("alarm", name).put("state", state.in(match));
            parameters.put("reason", reason.in(match));
            return new ActionPlan.Decision(name, parameters, match.output());
        };
    }

    static ActionType logs(AwsTargets targets) {
        return new TargetAction<>(
                "cloudwatchLogs",
                "CloudwatchLogsAction",
                targets,
                Action::cloudwatchLogs,
                CloudWatchActions::planLogs,
                CloudWatchActions::logCall);
    }

    private static ActionPlan planLogs(CloudwatchLogsAction action, PlanContext context) {
        context.literal("roleArn", action.roleArn());
        TemplateParameter group = context.required("logGroupName", action.logGroupName());
        boolean batch = Boolean.TRUE.equals(action.batchMode());
        return match -> {
            if (batch) {
                checkEvents(match.json().orElse(null));
            }
            ObjectNode parameters = Json.MAPPER.createObjectNode();
            String name = group.in(match);
            parameters.put("group", name).put("batch", batch);
            return new ActionPlan.Decision(name, parameters, match.output());
        };
    }

    private static void checkEvents(@Nullable JsonNode output) throws ActionFailure {
        if (output != null
                && output.isArray()
                && !output.isEmpty()
                && output.size() <= MAXIMUM_EVENTS) {
            boolean fits = true;
            for (JsonNode event : output) {
                fits &= event.path("timestamp").isIntegralNumber();
                fits &= event.path("message").isString();
            }
            if (fits) {
                return;
            }
        }
        throw ActionFailure.permanent(
                "with batchMode the output has to be an array of 1 to "
                        + MAXIMUM_EVENTS
                        + " objects with a timestamp in milliseconds and a message");
    }

    private static TargetCall logCall(Delivery delivery) {
        List<TargetCall.LogEvent> events = new ArrayList<>();
        if (delivery.parameters().path("batch").asBoolean()) {
            for (JsonNode event : (ArrayNode) Json.MAPPER.readTree(delivery.body())) {
                events.add(
                        new TargetCall.LogEvent(
                                event.path("timestamp").asLong(),
                                event.path("message").asString()));
            }
            // PutLogEvents takes them in the order of their times alone.
            events.sort(Comparator.comparingLong(TargetCall.LogEvent::timestampMillis));
        } else {
            events.add(
                    new TargetCall.LogEvent(
                            delivery.origin().arrivedAtMillis(),
                            new String(delivery.body(), StandardCharsets.UTF_8)));
        }
        return new TargetCall.PutLog(delivery.parameter("group"), delivery.rule(), events);
    }
}
