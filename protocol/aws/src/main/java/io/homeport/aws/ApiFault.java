package io.homeport.aws;

/// A refusal that the door itself decides. It never leaves the door: it is rendered as an AWS
/// error.
final class ApiFault extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;
    private final String type;

    /// @param type AWS's name of the error, for example `SerializationException`
    ApiFault(int status, String type, String message) {
        super(message, null, false, false);
        this.status = status;
        this.type = type;
    }

    static ApiFault serialization(String message) {
        return new ApiFault(400, "SerializationException", message);
    }

    int status() {
        return status;
    }

    String type() {
        return type;
    }

    String text() {
        return String.valueOf(getMessage());
    }
}
