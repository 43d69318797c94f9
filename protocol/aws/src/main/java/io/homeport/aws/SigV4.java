package io.homeport.aws;

import io.homeport.core.Clock;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/// Verifies AWS Signature Version 4, in the header `Authorization` and in presigned URLs.
/// Thread-safe; blocks as long as the credential store does.
///
/// Two liberties are taken. A port in the header `Host` may be left out of what was signed, because
/// clients sign the endpoint's name and connect to a port of their own. And the session token of a
/// presigned URL for the device gateway may be left out too, because AWS's device SDKs append it
/// after signing. Source: AWS General Reference, "Create a signed AWS API request".
final class SigV4 {
    /// How far a request's time may be from ours.
    static final Duration MAXIMUM_SKEW = Duration.ofMinutes(15);

    private static final String UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD";
    private static final Set<String> TOKEN_MAY_BE_UNSIGNED = Set.of("iotdevicegateway", "iotdata");
    private static final DateTimeFormatter BASIC =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private final Clock clock;
    private final CredentialStore credentials;

    SigV4(Clock clock, CredentialStore credentials) {
        this.clock = clock;
        this.credentials = credentials;
    }

    /// The credential whose holder signed the request.
    ///
    /// @throws ApiFault with AWS's error where the signature doesn't prove one
    CredentialStore.Credential verify(ApiRequest request, SigV4Claim claim) {
        CredentialStore.Credential credential =
                credentials
                        .find(claim.accessKeyId(), claim.securityToken())
                        .orElseThrow(SigV4::unrecognized);
        verifyToken(claim, credential);
        verifyTime(claim);
        if (request.header("x-amz-target") != null
                && !claim.signedHeaders().contains("x-amz-target")) {
            throw invalid("'X-Amz-Target' must be a 'SignedHeader': it names the operation.");
        }
        if (!isSignedWith(credential.secretAccessKey(), request, claim)) {
            throw invalid(
                    "The request signature we calculated does not match the signature you provided."
                            + " Check your AWS Secret Access Key and signing method. Consult the"
                            + " service documentation for details.");
        }
        return credential;
    }

    private void verifyToken(SigV4Claim claim, CredentialStore.Credential credential) {
        String expected = credential.sessionToken();
        String sent = claim.securityToken();
        boolean same =
                expected == null
                        ? sent == null
                        : sent != null
                                && MessageDigest.isEqual(
                                        expected.getBytes(StandardCharsets.UTF_8),
                                        sent.getBytes(StandardCharsets.UTF_8));
        if (!same) {
            throw unrecognized();
        }
        if (credential.expired()) {
            throw new ApiFault(
                    403,
                    "ExpiredTokenException",
                    "The security token included in the request is expired");
        }
    }

    private void verifyTime(SigV4Claim claim) {
        Instant now = clock.now();
        Instant earliest =
                claim.presigned()
                        ? now.minusSeconds(claim.expiresSeconds())
                        : now.minus(MAXIMUM_SKEW);
        if (claim.signedAt().isBefore(earliest)) {
            throw invalid(
                    "Signature expired: %s is now earlier than %s (%s - %d min.)"
                            .formatted(
                                    claim.timestamp(),
                                    BASIC.format(earliest),
                                    BASIC.format(now),
                                    Duration.between(earliest, now).toMinutes()));
        }
        Instant latest = now.plus(MAXIMUM_SKEW);
        if (claim.signedAt().isAfter(latest)) {
            throw invalid(
                    "Signature not yet current: %s is still later than %s (%s + %d min.)"
                            .formatted(
                                    claim.timestamp(),
                                    BASIC.format(latest),
                                    BASIC.format(now),
                                    MAXIMUM_SKEW.toMinutes()));
        }
    }

    private static boolean isSignedWith(String secret, ApiRequest request, SigV4Claim claim) {
        byte[] key = signingKey(secret, claim);
        byte[] sent = claim.signature().getBytes(StandardCharsets.UTF_8);
        for (boolean withPort : new boolean[] {true, false}) {
            for (boolean withToken : new boolean[] {true, false}) {
                boolean possible =
                        (withPort || hasPort(request)) && (withToken || tokenMayBeUnsigned(claim));
                if (possible) {
                    String canonical = canonicalRequest(request, claim, withPort, withToken);
                    byte[] expected = signature(key, claim, canonical);
                    if (MessageDigest.isEqual(expected, sent)) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private static boolean hasPort(ApiRequest request) {
        String host = request.header("host");
        return host != null && !host.equals(withoutPort(host));
    }

    private static boolean tokenMayBeUnsigned(SigV4Claim claim) {
        return claim.presigned()
                && claim.securityToken() != null
                && TOKEN_MAY_BE_UNSIGNED.contains(claim.signingName());
    }

    private static String withoutPort(String host) {
        int colon = host.lastIndexOf(':');
        return colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
    }

    private static byte[] signature(byte[] key, SigV4Claim claim, String canonicalRequest) {
        String text =
                SigV4Claim.ALGORITHM
                        + "\n"
                        + claim.timestamp()
                        + "\n"
                        + claim.scope()
                        + "\n"
                        + sha256(canonicalRequest.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(hmac(key, text)).getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] signingKey(String secret, SigV4Claim claim) {
        byte[] date = hmac(("AWS4" + secret).getBytes(StandardCharsets.UTF_8), claim.date());
        return hmac(hmac(hmac(date, claim.region()), claim.signingName()), "aws4_request");
    }

    static String canonicalRequest(
            ApiRequest request, SigV4Claim claim, boolean withPort, boolean withToken) {
        StringBuilder text = new StringBuilder();
        text.append(request.method()).append('\n');
        text.append(Percent.encode(normalized(request.rawPath()), true)).append('\n');
        text.append(canonicalQuery(request, claim, withToken)).append('\n');
        for (String name : claim.signedHeaders()) {
            String value = canonicalHeader(request.headers().get(name));
            boolean host = name.equals("host");
            text.append(name).append(':');
            text.append(host && !withPort ? withoutPort(value) : value).append('\n');
        }
        text.append('\n').append(String.join(";", claim.signedHeaders())).append('\n');
        return text.append(payloadHash(request, claim)).toString();
    }

    /// The path without `.`, `..` and empty segments (RFC 3986 section 5.2.4), still encoded.
    private static String normalized(String path) {
        List<String> segments = new ArrayList<>();
        for (String segment : path.split("/")) {
            if (segment.equals("..")) {
                if (!segments.isEmpty()) {
                    segments.removeLast();
                }
            } else if (!segment.isEmpty() && !segment.equals(".")) {
                segments.add(segment);
            }
        }
        String joined = "/" + String.join("/", segments);
        return path.endsWith("/") && joined.length() > 1 ? joined + "/" : joined;
    }

    private static String canonicalQuery(ApiRequest request, SigV4Claim claim, boolean withToken) {
        List<String> pairs = new ArrayList<>();
        for (Map.Entry<String, List<String>> parameter :
                Percent.query(request.rawQuery()).entrySet()) {
            String name = parameter.getKey();
            boolean unsigned =
                    claim.presigned()
                            && (name.equals("X-Amz-Signature")
                                    || (name.equals("X-Amz-Security-Token") && !withToken));
            if (!unsigned) {
                for (String value : parameter.getValue()) {
                    // U+0001 sorts before everything that encoding leaves, so that names come
                    // first.
                    pairs.add(Percent.encode(name, false) + '\1' + Percent.encode(value, false));
                }
            }
        }
        pairs.sort(null);
        return String.join("&", pairs).replace('\1', '=');
    }

    private static String canonicalHeader(@Nullable List<String> values) {
        if (values == null) {
            return "";
        }
        List<String> trimmed = new ArrayList<>();
        values.forEach(value -> trimmed.add(value.strip().replaceAll(" {2,}", " ")));
        return String.join(",", trimmed);
    }

    private static String payloadHash(ApiRequest request, SigV4Claim claim) {
        String declared = request.header("x-amz-content-sha256");
        if (declared == null && claim.presigned()) {
            List<String> parameter = Percent.query(request.rawQuery()).get("X-Amz-Content-Sha256");
            declared = parameter == null ? null : parameter.getFirst();
        }
        return UNSIGNED_PAYLOAD.equals(declared) ? UNSIGNED_PAYLOAD : sha256(request.body());
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HmacSHA256", e);
        }
    }

    private static ApiFault unrecognized() {
        return new ApiFault(
                403,
                "UnrecognizedClientException",
                "The security token included in the request is invalid.");
    }

    private static ApiFault invalid(String message) {
        return new ApiFault(403, "InvalidSignatureException", message);
    }
}
