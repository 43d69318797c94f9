package io.homeport.rules.actions;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iot.model.BatchConfig;
import software.amazon.awssdk.services.iot.model.HttpAction;
import software.amazon.awssdk.services.iot.model.HttpActionHeader;
import software.amazon.awssdk.services.iot.model.HttpAuthorization;
import software.amazon.awssdk.services.iot.model.SigV4Authorization;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The parameters of an http action, checked. Immutable.
///
/// @param sigV4 null where requests aren't signed
/// @param batch null where each message is a request
record HttpParameters(
        TemplateParameter url,
        List<HeaderParameter> headers,
        @Nullable SigV4Authorization sigV4,
        @Nullable Batching batch) {

    /// Those that belong to the connection, or that the client makes itself.
    private static final Set<String> FOREIGN_HEADERS =
            Set.of(
                    "connection",
                    "content-length",
                    "expect",
                    "host",
                    "keep-alive",
                    "te",
                    "trailer",
                    "transfer-encoding",
                    "upgrade");

    /// A header whose value may hold templates.
    record HeaderParameter(String key, TemplateParameter value) {}

    /// @param bytes of the payloads together
    /// @param acrossTopics whether a batch may have messages of several topics
    record Batching(int openMillis, int size, int bytes, boolean acrossTopics) {
        /// @param action as JSON: the SDK's type has no `batchAcrossTopics`
        static Batching of(@Nullable BatchConfig config, JsonNode action) {
            BatchConfig given = config == null ? BatchConfig.builder().build() : config;
            return new Batching(
                    within("maxBatchOpenMs", given.maxBatchOpenMs(), 5, 200, 20),
                    within("maxBatchSize", given.maxBatchSize(), 2, 10, 10),
                    within("maxBatchSizeBytes", given.maxBatchSizeBytes(), 100, 131_072, 5_120),
                    action.at("/http/batchConfig/batchAcrossTopics").asBoolean(false));
        }

        private static int within(
                String name, @Nullable Integer given, int least, int most, int standard) {
            if (given == null) {
                return standard;
            }
            if (given < least || given > most) {
                throw new InvalidActionException(
                        "batchConfig.%s has to be %d to %d, not %d"
                                .formatted(name, least, most, given));
            }
            return given;
        }
    }

    static HttpParameters of(HttpAction http, PlanContext context, HttpLimits limits) {
        TemplateParameter url = context.required("url", http.url());
        Optional<String> constant = url.template().constant();
        constant.ifPresent(text -> requireUrl("url", text, limits));
        String confirmation = http.confirmationUrl();
        if (confirmation != null && !confirmation.isEmpty()) {
            requireUrl("confirmationUrl", confirmation, limits);
            if (constant.isPresent() && !Urls.isBeginning(confirmation, constant.get())) {
                throw new InvalidActionException(
                        "url has to begin with confirmationUrl '" + confirmation + "'");
            }
        }
        return new HttpParameters(
                url, headers(http, context, limits), sigV4(http.auth()), batching(http, context));
    }

    private static List<HeaderParameter> headers(
            HttpAction http, PlanContext context, HttpLimits limits) {
        if (http.headers().size() > limits.headers()) {
            throw new InvalidActionException(
                    "headers can be at most "
                            + limits.headers()
                            + ", not "
                            + http.headers().size());
        }
        List<HeaderParameter> headers = new ArrayList<>();
        for (HttpActionHeader header : http.headers()) {
            String where = "headers[" + headers.size() + "]";
            String key = context.literal(where + ".key", header.key());
            if (!key.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+")) {
                throw new InvalidActionException(
                        where + ".key is no name of a header: '" + key + "'");
            }
            if (FOREIGN_HEADERS.contains(key.toLowerCase(Locale.ROOT))) {
                throw new InvalidActionException(where + ".key can't be '" + key + "'");
            }
            headers.add(
                    new HeaderParameter(key, context.required(where + ".value", header.value())));
        }
        return List.copyOf(headers);
    }

    private static @Nullable SigV4Authorization sigV4(@Nullable HttpAuthorization auth) {
        if (auth == null) {
            return null;
        }
        SigV4Authorization sigV4 = auth.sigv4();
        if (sigV4 == null) {
            throw new InvalidActionException("auth has to have sigv4");
        }
        requirePresent("auth.sigv4.signingRegion", sigV4.signingRegion());
        requirePresent("auth.sigv4.serviceName", sigV4.serviceName());
        requirePresent("auth.sigv4.roleArn", sigV4.roleArn());
        return sigV4;
    }

    private static void requirePresent(String name, @Nullable String value) {
        if (value == null || value.isEmpty()) {
            throw new InvalidActionException(name + " is missing");
        }
    }

    private static @Nullable Batching batching(HttpAction http, PlanContext context) {
        boolean enabled = Boolean.TRUE.equals(http.enableBatching());
        if (enabled && context.errorAction()) {
            throw new InvalidActionException("enableBatching can't be true in an error action");
        }
        Batching checked = Batching.of(http.batchConfig(), context.definition());
        return enabled ? checked : null;
    }

    /// Works out what depends on the message.
    void resolve(RuleMatch match, ObjectNode decided) throws ActionFailure {
        ArrayNode pairs = decided.putArray("headers");
        for (HeaderParameter header : headers) {
            String value = header.value().in(match);
            if (value.chars().anyMatch(c -> (c < ' ' && c != '\t') || c == 0x7F)) {
                throw ActionFailure.permanent(
                        header.value().name() + " has control characters in its value");
            }
            pairs.addArray().add(header.key()).add(value);
        }
        if (sigV4 != null) {
            decided.putObject("sigv4")
                    .put("region", sigV4.signingRegion())
                    .put("service", sigV4.serviceName());
        }
        if (batch != null) {
            decided.putObject("batch")
                    .put("openMillis", batch.openMillis())
                    .put("size", batch.size())
                    .put("bytes", batch.bytes())
                    .put("acrossTopics", batch.acrossTopics());
        }
    }

    private static void requireUrl(String name, String url, HttpLimits limits) {
        Urls.problem(url, limits)
                .ifPresent(problem -> {
                    throw new InvalidActionException(name + " " + problem + ": '" + url + "'");
                });
    }
}
