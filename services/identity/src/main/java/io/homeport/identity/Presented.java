package io.homeport.identity;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a client shows of itself to a custom authorizer. Immutable by agreement.
///
/// @param connectionId tells connections apart in logs
/// @param tls whether the connection is encrypted
/// @param serverName of SNI
/// @param certificate that the client proved to own, where both are asked for
/// @param certificatePem the same, for the function
public record Presented(
        String connectionId,
        boolean tls,
        @Nullable String serverName,
        @Nullable CertificateIdentity certificate,
        @Nullable String certificatePem,
        @Nullable Http http,
        @Nullable Mqtt mqtt) {

    /// A request, or the handshake of a WebSocket.
    ///
    /// @param headers by their names in lower case
    /// @param rawQuery without `?`, percent-encoded as it came; empty where there is none
    public record Http(Map<String, String> headers, String rawQuery) {
        @Override
        public String toString() {
            return "Http[***]";
        }
    }

    /// What a CONNECT says.
    ///
    /// @param userName as it came, with the parameters behind its `?`
    public record Mqtt(
            @Nullable String userName, byte @Nullable [] password, @Nullable String clientId) {
        @Override
        public String toString() {
            return "Mqtt[***]";
        }
    }

    /// The first value that a header, the query or the user name has for a name, in this order.
    @Nullable String parameter(String name) {
        if (http != null) {
            for (Map.Entry<String, String> header : http.headers().entrySet()) {
                if (header.getKey().equalsIgnoreCase(name)) {
                    return header.getValue();
                }
            }
            String value = QueryString.value(http.rawQuery(), name);
            if (value != null) {
                return value;
            }
        }
        String user = mqtt == null ? null : mqtt.userName();
        int query = user == null ? -1 : user.indexOf('?');
        return user == null || query < 0
                ? null
                : QueryString.value(user.substring(query + 1), name);
    }

    /// How many bytes and characters all of it has.
    long size() {
        long size = 0;
        if (http != null) {
            size += http.rawQuery().length();
            for (Map.Entry<String, String> header : http.headers().entrySet()) {
                size += header.getKey().length() + header.getValue().length();
            }
        }
        if (mqtt != null) {
            size += mqtt.userName() == null ? 0 : mqtt.userName().length();
            size += mqtt.password() == null ? 0 : mqtt.password().length;
        }
        return size;
    }
}
