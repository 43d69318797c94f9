package io.homeport.rules.actions;

import io.homeport.core.AccountId;
import io.homeport.core.Clock;
import io.homeport.core.Json;
import io.homeport.core.Message;
import io.homeport.core.MessageBus;
import io.homeport.core.MessageProperties;
import io.homeport.core.UserProperty;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iot.model.Action;
import software.amazon.awssdk.services.iot.model.MqttHeaders;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Publishes the output on another topic. Thread-safe.
///
/// Source: AWS IoT developer guide, "Republish".
public final class RepublishAction implements ActionType {
    private static final int LONGEST_TOPIC = 65_535;

    private final MessageBus bus;
    private final Clock clock;
    private final int maximumHops;

    /// @param maximumHops how many rules may republish to each other in a row
    public RepublishAction(MessageBus bus, Clock clock, int maximumHops) {
        this.bus = bus;
        this.clock = clock;
        this.maximumHops = maximumHops;
    }

    @Override
    public String name() {
        return "republish";
    }

    @Override
    public String failureName() {
        return "RepublishAction";
    }

    @Override
    public boolean isIn(Action action) {
        return action.republish() != null;
    }

    @Override
    public ActionPlan plan(Action action, PlanContext context) {
        var republish = action.republish();
        int qos = republish.qos() == null ? 0 : republish.qos();
        if (qos != 0 && qos != 1) {
            throw new InvalidActionException("qos has to be 0 or 1, not " + qos);
        }
        context.literal("roleArn", republish.roleArn());
        TemplateParameter topic = context.required("topic", republish.topic());
        topic.template()
                .constant()
                .flatMap(RepublishAction::problem)
                .ifPresent(problem -> {
                    throw new InvalidActionException("topic: " + problem);
                });
        Headers headers = Headers.of(republish.headers(), context);
        return match -> {
            String resolved = checkedTopic(topic.in(match));
            ObjectNode parameters = Json.MAPPER.createObjectNode();
            parameters.put("topic", resolved);
            parameters.put("qos", qos);
            headers.resolve(match, parameters);
            return new ActionPlan.Decision(resolved, parameters, match.output());
        };
    }

    @Override
    public void perform(List<Delivery> deliveries) throws ActionFailure {
        for (Delivery delivery : deliveries) {
            publish(delivery);
        }
    }

    private void publish(Delivery delivery) throws ActionFailure {
        int hops = delivery.origin().hops() + 1;
        // The error action still has to tell of the loop, but must not be one.
        boolean tells = delivery.action() == Delivery.ERROR_ACTION;
        if (hops > (tells ? 2 * maximumHops : maximumHops)) {
            throw ActionFailure.permanent(
                    "rules have republished this message "
                            + maximumHops
                            + " times: they seem to feed each other");
        }
        Message message =
                new Message(
                        new AccountId(delivery.account()),
                        delivery.parameter("topic"),
                        delivery.body(),
                        delivery.parameters().path("qos").asInt(),
                        false,
                        propertiesOf(delivery.parameters()),
                        new RuleHop(hops),
                        clock.millis());
        try {
            bus.publish(message).join();
        } catch (CompletionException e) {
            throw ActionFailure.transientFailure("the broker can't store it: " + e.getMessage(), e);
        }
    }

    private static String checkedTopic(String topic) throws ActionFailure {
        Optional<String> problem = problem(topic);
        if (problem.isPresent()) {
            throw ActionFailure.permanent(problem.get());
        }
        return topic;
    }

    private static Optional<String> problem(String topic) {
        boolean valid =
                !topic.isEmpty()
                        && topic.indexOf('+') < 0
                        && topic.indexOf('#') < 0
                        && topic.indexOf('\0') < 0
                        && topic.getBytes(StandardCharsets.UTF_8).length <= LONGEST_TOPIC;
        if (!valid) {
            return Optional.of("'" + topic + "' can't be published to");
        }
        boolean reserved = topic.startsWith("$") && !topic.startsWith("$aws/");
        boolean jobs = topic.matches("\\$aws/things/[^/]+/jobs/.*");
        boolean defender = topic.matches("\\$aws/things/[^/]+/defender/.*");
        return reserved || jobs || defender
                ? Optional.of("rules can't republish to '" + topic + "'")
                : Optional.empty();
    }

    private static MessageProperties propertiesOf(ObjectNode parameters) {
        JsonNode headers = parameters.path("headers");
        if (headers.isMissingNode()) {
            return MessageProperties.NONE;
        }
        List<UserProperty> user = new ArrayList<>();
        headers.path("userProperties")
                .forEach(pair ->
                        user.add(new UserProperty(pair.get(0).asString(), pair.get(1).asString())));
        JsonNode indicator = headers.path("payloadFormatIndicator");
        JsonNode expiry = headers.path("messageExpiry");
        return new MessageProperties(
                indicator.isMissingNode() ? null : indicator.asInt(),
                expiry.isMissingNode() ? null : expiry.asLong(),
                text(headers, "contentType"),
                text(headers, "responseTopic"),
                headers.has("correlationData")
                        ? Base64.getDecoder().decode(headers.path("correlationData").asString())
                        : null,
                user);
    }

    private static @Nullable String text(JsonNode headers, String name) {
        return headers.has(name) ? headers.path(name).asString() : null;
    }

    /// The MQTT 5 properties of the republished message. Immutable.
    private record Headers(
            boolean present,
            @Nullable CheckedParameter indicator,
            @Nullable TemplateParameter contentType,
            @Nullable TemplateParameter responseTopic,
            @Nullable CheckedParameter correlationData,
            @Nullable CheckedParameter messageExpiry,
            List<Pair> user) {

        private static final Map<String, Integer> INDICATORS =
                Map.of("UNSPECIFIED_BYTES", 0, "UTF8_DATA", 1);

        private record Pair(TemplateParameter key, TemplateParameter value) {}

        static Headers of(@Nullable MqttHeaders headers, PlanContext context) {
            if (headers == null) {
                return new Headers(false, null, null, null, null, null, List.of());
            }
            List<Pair> user = new ArrayList<>();
            headers.userProperties()
                    .forEach(property ->
                            user.add(
                                    new Pair(
                                            context.required(
                                                    "headers.userProperties.key", property.key()),
                                            context.required(
                                                    "headers.userProperties.value",
                                                    property.value()))));
            return new Headers(
                    true,
                    checked(
                            context.optional(
                                    "headers.payloadFormatIndicator",
                                    headers.payloadFormatIndicator()),
                            text -> INDICATORS.containsKey(text.toUpperCase(Locale.ROOT)),
                            "has to be UNSPECIFIED_BYTES or UTF8_DATA"),
                    context.optional("headers.contentType", headers.contentType()),
                    context.optional("headers.responseTopic", headers.responseTopic()),
                    checked(
                            context.optional("headers.correlationData", headers.correlationData()),
                            Headers::isBase64,
                            "has to be base64"),
                    checked(
                            context.optional("headers.messageExpiry", headers.messageExpiry()),
                            Headers::isSeconds,
                            "has to be seconds"),
                    List.copyOf(user));
        }

        void resolve(RuleMatch match, ObjectNode parameters) throws ActionFailure {
            if (!present) {
                return;
            }
            ObjectNode node = parameters.putObject("headers");
            if (indicator != null) {
                node.put(
                        "payloadFormatIndicator",
                        INDICATORS.get(indicator.in(match).toUpperCase(Locale.ROOT)));
            }
            if (contentType != null) {
                node.put("contentType", contentType.in(match));
            }
            if (responseTopic != null) {
                node.put("responseTopic", responseTopic.in(match));
            }
            if (correlationData != null) {
                node.put("correlationData", correlationData.in(match));
            }
            if (messageExpiry != null) {
                node.put("messageExpiry", Long.parseLong(messageExpiry.in(match)));
            }
            ArrayNode pairs = node.putArray("userProperties");
            for (Pair pair : user) {
                pairs.addArray().add(pair.key.in(match)).add(pair.value.in(match));
            }
        }

        private static @Nullable CheckedParameter checked(
                @Nullable TemplateParameter parameter, Predicate<String> allowed, String rule) {
            return parameter == null ? null : new CheckedParameter(parameter, allowed, rule);
        }

        private static boolean isBase64(String text) {
            try {
                var _ = Base64.getDecoder().decode(text);
                return true;
            } catch (IllegalArgumentException e) {
                return false;
            }
        }

        private static boolean isSeconds(String text) {
            return text.matches("[0-9]{1,10}") && Long.parseLong(text) <= 0xFFFF_FFFFL;
        }
    }
}
