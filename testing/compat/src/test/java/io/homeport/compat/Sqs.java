package io.homeport.compat;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import tools.jackson.databind.json.JsonMapper;

/// SQS as a {@link Receiver} plays it (API reference, SendMessage in AWS JSON 1.0).
final class Sqs {
    static final Receiver.Answer BUSY =
            new Receiver.Answer(
                    503, "{\"__type\": \"ServiceUnavailable\", \"message\": \"later\"}");
    static final Receiver.Answer ABSENT =
            new Receiver.Answer(
                    400,
                    "{\"__type\": \"com.amazonaws.sqs#QueueDoesNotExist\","
                            + " \"message\": \"no such queue\"}");

    private Sqs() {}

    /// What was sent.
    static String body(Receiver.Request request) {
        return request.json().path("MessageBody").asString();
    }

    /// The answer that a message was taken, which clients check.
    static Receiver.Answer taken(Receiver.Request request) {
        try {
            byte[] digest = MessageDigest.getInstance("MD5").digest(body(request).getBytes(UTF_8));
            return new Receiver.Answer(
                    200,
                    JsonMapper.shared()
                            .createObjectNode()
                            .put("MessageId", "1")
                            .put("MD5OfMessageBody", HexFormat.of().formatHex(digest))
                            .toString());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
