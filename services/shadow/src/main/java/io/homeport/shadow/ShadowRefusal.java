package io.homeport.shadow;

import org.jspecify.annotations.Nullable;

/// A request that is refused, in the words of AWS IoT developer guide, "Device Shadow error
/// messages". Caught where requests are worked off and answered from there.
final class ShadowRefusal extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Code code;
    private final @Nullable String clientToken;

    /// What kind of refusal, with its HTTP status.
    enum Code {
        BAD_REQUEST(400),
        NOT_FOUND(404),
        CONFLICT(409),
        TOO_LARGE(413),
        UNSUPPORTED_ENCODING(415),
        TOO_MANY_REQUESTS(429),
        INTERNAL_FAILURE(500),
        UNAVAILABLE(503);

        private final int status;

        Code(int status) {
            this.status = status;
        }

        int status() {
            return status;
        }
    }

    ShadowRefusal(Code code, String message, @Nullable String clientToken) {
        super(message, null, false, false);
        this.code = code;
        this.clientToken = clientToken;
    }

    static ShadowRefusal invalid(String message, @Nullable String clientToken) {
        return new ShadowRefusal(Code.BAD_REQUEST, message, clientToken);
    }

    Code code() {
        return code;
    }

    String text() {
        return String.valueOf(getMessage());
    }

    /// The token of the request, as far as it was read.
    @Nullable String clientToken() {
        return clientToken;
    }
}
