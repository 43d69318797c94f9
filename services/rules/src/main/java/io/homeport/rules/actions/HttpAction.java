package io.homeport.rules.actions;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.homeport.core.Clock;
import io.homeport.core.Json;
import io.homeport.rules.actions.OutgoingHttp.Header;
import io.homeport.rules.actions.OutgoingHttp.Reply;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.services.iot.model.Action;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Posts the output to a URL, alone or several together, signed or not, once the receiver has
/// agreed. Thread-safe.
///
/// Source: AWS IoT developer guide, "HTTP" and "Batching HTTP action messages".
public final class HttpAction implements ActionType {
    /// What an answer may add to a failure's text.
    private static final int QUOTED = 300;

    private final OutgoingHttp http;
    private final RuleDestinations destinations;
    private final HttpSigner signer;
    private final HttpLimits limits;

    /// @param credentials the server's own, to sign with; asked for with the first signature
    /// @param machineClock the receivers' time
    public HttpAction(
            OutgoingHttp http,
            RuleDestinations destinations,
            Supplier<AwsCredentialsProvider> credentials,
            Clock machineClock,
            HttpLimits limits) {
        this.http = http;
        this.destinations = destinations;
        this.signer = new HttpSigner(credentials, machineClock);
        this.limits = limits;
    }

    @Override
    public String name() {
        return "http";
    }

    @Override
    public String failureName() {
        return "HttpAction";
    }

    @Override
    public boolean isIn(Action action) {
        return action.http() != null;
    }

    /// The URL whose owner has to agree before an action may be carried out; empty where it can't
    /// be told from the definition.
    public static Optional<String> confirmationUrl(
            software.amazon.awssdk.services.iot.model.HttpAction action) {
        if (action.confirmationUrl() != null && !action.confirmationUrl().isEmpty()) {
            return Optional.of(action.confirmationUrl());
        }
        return action.url().contains("${") ? Optional.empty() : Optional.of(action.url());
    }

    @Override
    public ActionPlan plan(Action action, PlanContext context) {
        HttpParameters parameters = HttpParameters.of(action.http(), context, limits);
        return match -> {
            String url = parameters.url().in(match);
            Optional<String> wrong = Urls.problem(url, limits);
            if (wrong.isPresent()) {
                throw ActionFailure.permanent("url " + wrong.get() + ": '" + url + "'");
            }
            ObjectNode decided = Json.MAPPER.createObjectNode();
            decided.put("url", url);
            parameters.resolve(match, decided);
            if (decided.has("batch")) {
                requireText(match);
            }
            return new ActionPlan.Decision(url, decided, match.output());
        };
    }

    private static void requireText(RuleMatch match) throws ActionFailure {
        try {
            UTF_8.newDecoder().decode(ByteBuffer.wrap(match.output()));
        } catch (CharacterCodingException e) {
            throw ActionFailure.permanent("only text in UTF-8 can be part of a batch", e);
        }
    }

    @Override
    public Batch batch(Delivery first) {
        JsonNode batch = first.parameters().path("batch");
        return batch.isMissingNode()
                ? Batch.SINGLE
                : new Batch(
                        batch.path("size").asInt(),
                        batch.path("bytes").asLong(),
                        batch.path("openMillis").asLong());
    }

    /// A batch has one URL and, unless the rule says otherwise, one topic.
    @Override
    public String batchKey(Delivery delivery) {
        String topic = delivery.origin().topic();
        JsonNode batch = delivery.parameters().path("batch");
        if (batch.isMissingNode()) {
            return topic;
        }
        String url = delivery.parameter("url");
        return batch.path("acrossTopics").asBoolean(false) ? url : url + '\n' + topic;
    }

    @Override
    public boolean failsAsBatch(Delivery first) {
        return first.has("batch");
    }

    @Override
    public void perform(List<Delivery> deliveries) throws ActionFailure, InterruptedException {
        Delivery last = deliveries.getLast();
        String url = last.parameter("url");
        destinations.require(last.account(), last.region(), url);
        boolean batched = last.has("batch");
        byte[] body = batched ? array(deliveries) : last.body();
        List<Header> headers = headers(last, batched || last.isJson());
        long deadline = System.nanoTime() + limits.patience().toNanos();
        for (int attempt = 1; ; attempt++) {
            Duration left = Duration.ofNanos(deadline - System.nanoTime());
            Optional<ActionFailure> failure = attempt(URI.create(url), headers, body, last, left);
            if (failure.isEmpty()) {
                return;
            }
            boolean again =
                    failure.get().isRetryable()
                            && attempt < limits.tries()
                            && deadline > System.nanoTime();
            if (!again) {
                throw limits.tries() == 1
                        ? failure.get()
                        : ActionFailure.permanent(
                                failure.get().text() + " (attempt " + attempt + ")", failure.get());
            }
        }
    }

    private Optional<ActionFailure> attempt(
            URI uri, List<Header> headers, byte[] body, Delivery delivery, Duration patience)
            throws ActionFailure, InterruptedException {
        List<Header> all = headers;
        JsonNode sigV4 = delivery.parameters().path("sigv4");
        if (!sigV4.isMissingNode()) {
            String region = sigV4.path("region").asString();
            all = signer.signed(uri, headers, body, region, sigV4.path("service").asString());
        }
        try {
            return verdict(http.post(uri, all, body, limits.replyBytes(), patience));
        } catch (IOException e) {
            String text = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            // AWS tries again after an answer only.
            return Optional.of(
                    limits.tries() == 1
                            ? ActionFailure.transientFailure(text, e)
                            : ActionFailure.permanent(text, e));
        } catch (IllegalArgumentException e) {
            throw ActionFailure.permanent("the request can't be sent: " + e.getMessage(), e);
        }
    }

    private Optional<ActionFailure> verdict(Reply reply) {
        int status = reply.status();
        if (reply.tooLong()) {
            return Optional.of(
                    ActionFailure.permanent(
                            "the answer (%d) is longer than %d bytes"
                                    .formatted(status, limits.replyBytes())));
        }
        if (status >= 200 && status < 300) {
            return Optional.empty();
        }
        String said = new String(reply.body(), UTF_8).strip();
        String quoted = said.length() > QUOTED ? said.substring(0, QUOTED) + "..." : said;
        String text = "the receiver answered " + status + (quoted.isEmpty() ? "" : ": " + quoted);
        return Optional.of(
                status == 429 || status >= 500
                        ? ActionFailure.transientFailure(text)
                        : ActionFailure.permanent(text));
    }

    private static List<Header> headers(Delivery delivery, boolean json) {
        List<Header> headers = new ArrayList<>();
        for (JsonNode pair : delivery.parameters().path("headers")) {
            headers.add(new Header(pair.get(0).asString(), pair.get(1).asString()));
        }
        if (headers.stream().noneMatch(h -> h.name().equalsIgnoreCase("content-type"))) {
            headers.add(
                    new Header(
                            "content-type",
                            json ? "application/json" : "application/octet-stream"));
        }
        return headers;
    }

    /// Payloads as a JSON array; what isn't JSON is a string in it.
    private static byte[] array(List<Delivery> deliveries) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.write('[');
        for (Delivery delivery : deliveries) {
            if (body.size() > 1) {
                body.write(',');
            }
            byte[] payload = delivery.body();
            body.writeBytes(
                    delivery.isJson()
                            ? payload
                            : Json.MAPPER.writeValueAsBytes(new String(payload, UTF_8)));
        }
        body.write(']');
        return body.toByteArray();
    }
}
