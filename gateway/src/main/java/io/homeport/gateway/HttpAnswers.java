package io.homeport.gateway;

import io.homeport.aws.ApiResponse;
import io.homeport.core.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/// Responses that the gateway makes itself. Stateless.
public final class HttpAnswers {
    private HttpAnswers() {}

    /// An error as AWS's JSON services show theirs.
    ///
    /// @param type for `x-amzn-ErrorType`, for example `ForbiddenException`
    public static ApiResponse error(int status, String type, String message) {
        byte[] body = Json.MAPPER.writeValueAsBytes(Map.of("message", message));
        return new ApiResponse(
                status,
                Map.of(
                        "content-type", List.of("application/json"),
                        "x-amzn-errortype", List.of(type)),
                body);
    }

    public static ApiResponse json(int status, Object value) {
        return new ApiResponse(
                status,
                Map.of("content-type", List.of("application/json")),
                Json.MAPPER.writeValueAsBytes(value));
    }

    public static ApiResponse text(int status, String contentType, String text) {
        return new ApiResponse(
                status,
                Map.of("content-type", List.of(contentType)),
                text.getBytes(StandardCharsets.UTF_8));
    }
}
