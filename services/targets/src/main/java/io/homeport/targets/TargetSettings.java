package io.homeport.targets;

import io.homeport.core.targets.TargetService;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/// Where AWS's services are and how to get in. Immutable.
///
/// @param endpoints of services that are called; the others have stand-ins
/// @param keys null for what the SDK finds: environment, `~/.aws`, the machine's role
/// @param mail null where the stand-in of SNS sends no e-mail
public record TargetSettings(
        Map<TargetService, Endpoint> endpoints, @Nullable Keys keys, @Nullable Mail mail) {
    /// Stand-ins alone.
    public static final TargetSettings STAND_INS = new TargetSettings(Map.of(), null, null);

    public TargetSettings {
        endpoints = Map.copyOf(endpoints);
    }

    /// Where a service is.
    ///
    /// @param url null for AWS itself
    public record Endpoint(@Nullable URI url) {}

    /// An access key.
    ///
    /// @param token of a session; null for a key that lasts
    public record Keys(String id, String secret, @Nullable String token) {
        @Override
        public String toString() {
            return id + ":***";
        }
    }

    /// A server that takes e-mail.
    ///
    /// @param secure whether TLS comes first (`smtps`)
    /// @param user null for none
    /// @param password null for none
    /// @param from the sender's address
    public record Mail(
            String host,
            int port,
            boolean secure,
            @Nullable String user,
            @Nullable String password,
            String from) {
        @Override
        public String toString() {
            return (secure ? "smtps://" : "smtp://") + host + ":" + port + " from " + from;
        }
    }

    /// A new provider of the key, or of what the SDK finds.
    public AwsCredentialsProvider credentials() {
        Keys given = keys;
        if (given == null) {
            return DefaultCredentialsProvider.builder().build();
        }
        String token = given.token();
        AwsCredentials fixed =
                token == null
                        ? AwsBasicCredentials.create(given.id(), given.secret())
                        : AwsSessionCredentials.create(given.id(), given.secret(), token);
        return StaticCredentialsProvider.create(fixed);
    }

    /// The service's endpoint; empty where a stand-in takes its place.
    public Optional<Endpoint> endpoint(TargetService service) {
        return Optional.ofNullable(endpoints.get(service));
    }

    /// Reads endpoints as settings give them: `sqs=http://127.0.0.1:9324`, `s3=aws`, `all=URL`. A
    /// service's own comes before that of all.
    ///
    /// @throws IllegalArgumentException naming what is wrong
    public static Map<TargetService, Endpoint> endpoints(List<String> texts) {
        Map<TargetService, Endpoint> named = new EnumMap<>(TargetService.class);
        Endpoint all = null;
        for (String text : texts) {
            int equals = text.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException(
                        "has to look like sqs=http://127.0.0.1:9324 or all=aws, not '"
                                + text
                                + "'");
            }
            String name = text.substring(0, equals).strip();
            Endpoint endpoint = endpoint(text.substring(equals + 1).strip());
            if (name.equals("all")) {
                all = endpoint;
            } else {
                named.put(TargetService.named(name).orElseThrow(() -> unknown(name)), endpoint);
            }
        }
        if (all != null) {
            for (TargetService service : TargetService.values()) {
                named.putIfAbsent(service, all);
            }
        }
        return named;
    }

    private static Endpoint endpoint(String text) {
        if (text.equals("aws")) {
            return new Endpoint(null);
        }
        try {
            URI url = new URI(text);
            if (url.getHost() != null && List.of("http", "https").contains(url.getScheme())) {
                return new Endpoint(url);
            }
        } catch (URISyntaxException e) {
            // Told below.
        }
        throw new IllegalArgumentException(
                "has to name a URL such as http://127.0.0.1:9324, or aws, not '" + text + "'");
    }

    private static IllegalArgumentException unknown(String name) {
        return new IllegalArgumentException(
                "knows no service '"
                        + name
                        + "'; there are all, "
                        + Arrays.stream(TargetService.values())
                                .map(TargetService::option)
                                .collect(Collectors.joining(", ")));
    }

    /// Reads an access key as settings give it: `ID:SECRET` or `ID:SECRET:TOKEN`.
    ///
    /// @throws IllegalArgumentException where it is neither
    public static Keys keys(String text) {
        String[] parts = text.split(":", 3);
        if (parts.length < 2 || parts[0].isEmpty() || parts[1].isEmpty()) {
            throw new IllegalArgumentException(
                    "has to be ID:SECRET or ID:SECRET:TOKEN of an access key");
        }
        return new Keys(parts[0], parts[1], parts.length == 3 ? parts[2] : null);
    }

    /// Reads a mail server as settings give it: `smtp://user:password@host:587`, `smtps://host`.
    ///
    /// @throws IllegalArgumentException where it is no such URL
    public static Mail mail(String text, String from) {
        URI url;
        try {
            url = new URI(text);
        } catch (URISyntaxException e) {
            // The text may have a password.
            throw new IllegalArgumentException("is no URL: " + e.getReason(), e);
        }
        String scheme = String.valueOf(url.getScheme());
        if (url.getHost() == null || !(scheme.equals("smtp") || scheme.equals("smtps"))) {
            throw new IllegalArgumentException(
                    "has to look like smtp://user:password@host:587 or smtps://host");
        }
        boolean secure = scheme.equals("smtps");
        int port = url.getPort() >= 0 ? url.getPort() : secure ? 465 : 25;
        String info = url.getUserInfo();
        int colon = info == null ? -1 : info.indexOf(':');
        String user = info == null ? null : colon < 0 ? info : info.substring(0, colon);
        String password = info == null || colon < 0 ? null : info.substring(colon + 1);
        return new Mail(url.getHost(), port, secure, user, password, from);
    }
}
