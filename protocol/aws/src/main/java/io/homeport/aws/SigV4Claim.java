package io.homeport.aws;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a request says about its signature, from the header `Authorization` or from the query of a
/// presigned URL; nothing is proven yet. Immutable.
///
/// @param date the first part of the credential scope, `yyyyMMdd`
/// @param timestamp as sent, `yyyyMMdd'T'HHmmss'Z'`
/// @param signedHeaders in lower case and order
/// @param securityToken null where none was sent
/// @param presigned whether the claim stands in the query
/// @param expiresSeconds how long a presigned URL is good from its timestamp on
record SigV4Claim(
        String accessKeyId,
        String date,
        String region,
        String signingName,
        String timestamp,
        Instant signedAt,
        List<String> signedHeaders,
        String signature,
        @Nullable String securityToken,
        boolean presigned,
        long expiresSeconds) {
    static final String ALGORITHM = "AWS4-HMAC-SHA256";

    private static final int MAXIMUM_LENGTH = 8192;
    private static final long MAXIMUM_EXPIRES_SECONDS = 604_800;

    /// Of a presigned URL that doesn't say; old MQTT clients in browsers don't.
    private static final long DEFAULT_EXPIRES_SECONDS = 900;

    private static final DateTimeFormatter TIMESTAMP =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'", Locale.ROOT);

    /// Reads the claim, or nothing where the request has none.
    ///
    /// @throws ApiFault `IncompleteSignatureException` where it is broken
    static Optional<SigV4Claim> read(ApiRequest request) {
        if (isInHeader(request)) {
            return Optional.of(fromHeader(request));
        }
        if (isInQuery(request)) {
            Map<String, List<String>> query = Percent.query(request.rawQuery());
            if (query.containsKey("X-Amz-Signature") || query.containsKey("X-Amz-Algorithm")) {
                return Optional.of(fromQuery(query));
            }
        }
        return Optional.empty();
    }

    static boolean isInHeader(ApiRequest request) {
        String authorization = request.header("authorization");
        return authorization != null && authorization.startsWith("AWS");
    }

    /// As it looks: the query isn't decoded, which can fail.
    static boolean isInQuery(ApiRequest request) {
        return request.rawQuery().contains("X-Amz-Signature")
                || request.rawQuery().contains("X-Amz-Algorithm");
    }

    private static SigV4Claim fromHeader(ApiRequest request) {
        String authorization = Objects.requireNonNull(request.header("authorization"));
        int space = authorization.indexOf(' ');
        String algorithm = space < 0 ? authorization : authorization.substring(0, space);
        requireAlgorithm(algorithm);
        if (authorization.length() > MAXIMUM_LENGTH) {
            throw incomplete("Authorization header is longer than " + MAXIMUM_LENGTH);
        }
        Map<String, String> parts = new LinkedHashMap<>();
        String rest = space < 0 ? "" : authorization.substring(space + 1);
        for (String part : rest.split(",")) {
            int equals = part.indexOf('=');
            if (equals < 0) {
                throw incomplete(
                        "'"
                                + part.strip()
                                + "' not a valid key=value pair (missing equal-sign) in"
                                + " Authorization header");
            }
            String name = part.substring(0, equals).strip();
            if (parts.put(name, part.substring(equals + 1).strip()) != null) {
                throw incomplete("Authorization header has '" + name + "' twice");
            }
        }
        String timestamp = request.header("x-amz-date");
        if (timestamp == null) {
            timestamp = fromHttpDate(request.header("date"));
        }
        return claim(
                required(parts, "Credential", "Authorization header"),
                timestamp,
                required(parts, "SignedHeaders", "Authorization header"),
                required(parts, "Signature", "Authorization header"),
                request.header("x-amz-security-token"),
                false,
                0);
    }

    private static SigV4Claim fromQuery(Map<String, List<String>> query) {
        Map<String, String> parts = new LinkedHashMap<>();
        query.forEach((name, values) -> parts.put(name, values.getFirst()));
        requireAlgorithm(required(parts, "X-Amz-Algorithm", "query"));
        long expires = DEFAULT_EXPIRES_SECONDS;
        String text = parts.get("X-Amz-Expires");
        if (text != null) {
            expires = text.matches("[0-9]{1,6}") ? Long.parseLong(text) : -1;
            if (expires < 1 || expires > MAXIMUM_EXPIRES_SECONDS) {
                throw incomplete("X-Amz-Expires must be 1 to 604800 seconds, not '" + text + "'");
            }
        }
        return claim(
                required(parts, "X-Amz-Credential", "query"),
                required(parts, "X-Amz-Date", "query"),
                required(parts, "X-Amz-SignedHeaders", "query"),
                required(parts, "X-Amz-Signature", "query"),
                parts.get("X-Amz-Security-Token"),
                true,
                expires);
    }

    private static SigV4Claim claim(
            String credential,
            String timestamp,
            String signedHeaders,
            String signature,
            @Nullable String securityToken,
            boolean presigned,
            long expiresSeconds) {
        String[] scope = credential.split("/", -1);
        if (scope.length != 5 || scope[0].isEmpty() || !scope[4].equals("aws4_request")) {
            throw incomplete(
                    "Credential must have exactly 5 slash-delimited elements, e.g."
                            + " keyid/date/region/service/term, got '"
                            + credential
                            + "'");
        }
        if (!scope[2].matches("[a-z0-9-]{1,32}")) {
            throw incomplete("'" + scope[2] + "' in Credential isn't a region");
        }
        Instant signedAt = instant(timestamp);
        if (!timestamp.startsWith(scope[1]) || scope[1].length() != 8) {
            throw new ApiFault(
                    403,
                    "InvalidSignatureException",
                    "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date"
                            + " from HTTP: '"
                            + scope[1]
                            + "' != '"
                            + timestamp
                            + "'.");
        }
        List<String> headers = List.of(signedHeaders.toLowerCase(Locale.ROOT).split(";"));
        if (!headers.contains("host")) {
            throw incomplete("'Host' must be a 'SignedHeader' in the Authorization data.");
        }
        return new SigV4Claim(
                scope[0],
                scope[1],
                scope[2],
                scope[3],
                timestamp,
                signedAt,
                headers,
                signature,
                securityToken,
                presigned,
                expiresSeconds);
    }

    private static void requireAlgorithm(String algorithm) {
        if (!algorithm.equals(ALGORITHM)) {
            throw incomplete("Unsupported AWS 'algorithm': '" + algorithm + "', use " + ALGORITHM);
        }
    }

    private static String required(Map<String, String> parts, String name, String place) {
        String value = parts.get(name);
        if (value == null || value.isEmpty()) {
            throw incomplete(place + " requires '" + name + "' parameter.");
        }
        return value;
    }

    private static Instant instant(String timestamp) {
        try {
            return LocalDateTime.parse(timestamp, TIMESTAMP).toInstant(ZoneOffset.UTC);
        } catch (DateTimeException e) {
            throw incomplete(
                    "Date must be in ISO-8601 'basic format'. Got '"
                            + timestamp
                            + "'. See http://en.wikipedia.org/wiki/ISO_8601");
        }
    }

    private static String fromHttpDate(@Nullable String date) {
        if (date == null) {
            throw incomplete(
                    "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date'"
                            + " header.");
        }
        try {
            return DateTimeFormatter.RFC_1123_DATE_TIME
                    .parse(date, Instant::from)
                    .atOffset(ZoneOffset.UTC)
                    .format(TIMESTAMP);
        } catch (DateTimeException e) {
            throw incomplete("the header Date isn't a date: '" + date + "'");
        }
    }

    private static ApiFault incomplete(String message) {
        return new ApiFault(400, "IncompleteSignatureException", message);
    }

    /// The part of the credential after the key, as it is signed.
    String scope() {
        return date + "/" + region + "/" + signingName + "/aws4_request";
    }

    @Override
    public String toString() {
        return "SigV4Claim[" + accessKeyId + " " + scope() + " at " + timestamp + "]";
    }
}
