package io.homeport.aws;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// An HTTP request as it came, undecoded. Immutable by agreement.
///
/// @param rawPath as sent, still percent-encoded, without the query
/// @param rawQuery as sent, without `?`; empty where there is none
/// @param headers names in lower case
/// @param sourceIp text form of the peer's address
/// @param deviceCaller who TLS or a custom authorizer proved the peer to be, with its account; null
///   where neither did
public record ApiRequest(
        String method,
        String rawPath,
        String rawQuery,
        Map<String, List<String>> headers,
        byte[] body,
        String sourceIp,
        @Nullable Caller deviceCaller) {

    /// The same from a caller who was proved otherwise.
    public ApiRequest by(Caller caller) {
        return new ApiRequest(method, rawPath, rawQuery, headers, body, sourceIp, caller);
    }

    /// Whether there seems to be a signature of AWS's, whatever it is worth.
    public boolean isSigned() {
        return SigV4Claim.isInHeader(this) || SigV4Claim.isInQuery(this);
    }

    /// The first value of a header, or null. The name is given in lower case.
    public @Nullable String header(String name) {
        List<String> values = headers.get(name);
        return values == null || values.isEmpty() ? null : values.getFirst();
    }
}
