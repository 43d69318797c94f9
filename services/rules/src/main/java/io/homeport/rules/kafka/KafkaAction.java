package io.homeport.rules.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.homeport.core.Json;
import io.homeport.rules.actions.ActionFailure;
import io.homeport.rules.actions.ActionPlan;
import io.homeport.rules.actions.ActionType;
import io.homeport.rules.actions.Delivery;
import io.homeport.rules.actions.InvalidActionException;
import io.homeport.rules.actions.PlanContext;
import io.homeport.rules.actions.RuleDestinations;
import io.homeport.rules.actions.TemplateParameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iot.model.Action;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Sends the output to a topic of Apache Kafka. Messages with one key, or without a key from one
/// MQTT topic, keep their order. Thread-safe.
///
/// Source: AWS IoT developer guide, "Apache Kafka".
public final class KafkaAction implements ActionType {
    private static final int MOST_HEADERS = 100;

    /// What is handed to a producer at once.
    private static final Batch TOGETHER = new Batch(64, 1 << 20, 0);

    private final RuleDestinations destinations;
    private final KafkaSenders senders;
    private final boolean encryptedOnly;

    /// @param encryptedOnly whether connections without TLS are refused
    public KafkaAction(RuleDestinations destinations, KafkaSenders senders, boolean encryptedOnly) {
        this.destinations = destinations;
        this.senders = senders;
        this.encryptedOnly = encryptedOnly;
    }

    private record Header(TemplateParameter key, TemplateParameter value) {}

    @Override
    public String name() {
        return "kafka";
    }

    @Override
    public String failureName() {
        return "KafkaAction";
    }

    @Override
    public boolean isIn(Action action) {
        return action.kafka() != null;
    }

    @Override
    public ActionPlan plan(Action action, PlanContext context) {
        var kafka = action.kafka();
        String destination = context.literal("destinationArn", kafka.destinationArn());
        try {
            destinations.requireVpc(context.account().value(), context.region(), destination);
        } catch (ActionFailure e) {
            throw new InvalidActionException("destinationArn: " + e.text());
        }
        TemplateParameter topic = context.required("topic", kafka.topic());
        TemplateParameter key = context.optional("key", kafka.key());
        TemplateParameter partition = context.optional("partition", kafka.partition());
        List<Header> headers = headers(kafka, context);
        Map<String, String> properties =
                KafkaProperties.checked(kafka.clientProperties(), context, encryptedOnly);
        return match -> {
            ObjectNode decided = Json.MAPPER.createObjectNode();
            String name = topic.in(match);
            if (!name.matches("[a-zA-Z0-9._-]{1,249}") || name.matches("\\.{1,2}")) {
                throw ActionFailure.permanent("'" + name + "' can't be the name of a topic");
            }
            decided.put("destination", destination);
            decided.put("topic", name);
            if (key != null) {
                decided.put("key", key.in(match));
            }
            if (partition != null) {
                decided.put("partition", partitionOf(partition.in(match)));
            }
            ArrayNode pairs = decided.putArray("headers");
            for (Header header : headers) {
                pairs.addArray().add(header.key.in(match)).add(header.value.in(match));
            }
            ObjectNode client = decided.putObject("client");
            properties.forEach(client::put);
            return new ActionPlan.Decision(name, decided, match.output());
        };
    }

    private static List<Header> headers(
            software.amazon.awssdk.services.iot.model.KafkaAction kafka, PlanContext context) {
        if (kafka.headers().size() > MOST_HEADERS) {
            throw new InvalidActionException(
                    "headers can be at most " + MOST_HEADERS + ", not " + kafka.headers().size());
        }
        List<Header> headers = new ArrayList<>();
        kafka.headers()
                .forEach(header -> {
                    String where = "headers[" + headers.size() + "]";
                    headers.add(
                            new Header(
                                    context.required(where + ".key", header.key()),
                                    context.required(where + ".value", header.value())));
                });
        return List.copyOf(headers);
    }

    private static int partitionOf(String text) throws ActionFailure {
        try {
            int number = Integer.parseInt(text.strip());
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Answered below.
        }
        throw ActionFailure.permanent("partition has to be a number from 0 on, not '" + text + "'");
    }

    @Override
    public Batch batch(Delivery first) {
        return TOGETHER;
    }

    /// One producer's.
    @Override
    public String batchKey(Delivery delivery) {
        return delivery.parameter("destination") + delivery.parameters().path("client");
    }

    @Override
    public String orderKey(Delivery delivery) {
        return delivery.has("key")
                ? delivery.parameter("topic") + '\n' + delivery.parameter("key")
                : delivery.origin().topic();
    }

    @Override
    public void perform(List<Delivery> deliveries) throws ActionFailure, InterruptedException {
        Delivery first = deliveries.getFirst();
        destinations.requireVpc(first.account(), first.region(), first.parameter("destination"));
        senders.send(first, deliveries.stream().map(KafkaAction::recordOf).toList());
    }

    private static KafkaRecord recordOf(Delivery delivery) {
        List<KafkaRecord.Header> headers = new ArrayList<>();
        for (JsonNode pair : delivery.parameters().path("headers")) {
            headers.add(
                    new KafkaRecord.Header(
                            pair.get(0).asString(), pair.get(1).asString().getBytes(UTF_8)));
        }
        JsonNode partition = delivery.parameters().path("partition");
        return new KafkaRecord(
                delivery.parameter("topic"),
                partition.isMissingNode() ? null : partition.asInt(),
                key(delivery),
                delivery.body(),
                headers);
    }

    private static byte @Nullable [] key(Delivery delivery) {
        return delivery.has("key") ? delivery.parameter("key").getBytes(UTF_8) : null;
    }
}
