package io.homeport.aws;

import io.homeport.core.Outage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/// Renders what went wrong as AWS does: status, the error's name in `x-amzn-ErrorType`, and a JSON
/// body with the message. Thread-safe.
final class Faults {
    private static final Logger LOG = LoggerFactory.getLogger(Faults.class);
    private static final List<String> INTERNAL =
            List.of(
                    "InternalFailureException",
                    "InternalServerException",
                    "InternalServerErrorException",
                    "InternalException");

    private final JsonEncoder json;

    Faults(PojoPlans plans) {
        this.json = new JsonEncoder(plans);
    }

    /// An answer with the name of its error.
    record Rendered(ApiResponse response, String type) {}

    /// Renders a refusal of the door's own.
    ///
    /// @param service whom the request is for; null where that isn't known
    Rendered renderOwn(@Nullable ServiceModel service, ApiFault fault, String requestId) {
        boolean named = service == null || service.isJsonRpc() || fault.status() == 501;
        Map<String, String> body = new LinkedHashMap<>();
        if (named) {
            body.put("__type", fault.type());
        }
        body.put(messageMember(service, fault.type()), fault.text());
        return rendered(service, fault.status(), fault.type(), JsonEncoder.encode(body), requestId);
    }

    /// Renders what an operation threw.
    Rendered render(Router.Match match, Throwable thrown, String requestId) {
        ServiceModel service = match.service();
        return switch (thrown) {
            case ApiFault fault -> renderOwn(service, fault, requestId);
            case InvalidTokenException invalid ->
                    renderOwn(
                            service,
                            new ApiFault(
                                    400,
                                    invalidRequest(match),
                                    String.valueOf(invalid.getMessage())),
                            requestId);
            case AwsServiceException refusal -> renderRefusal(service, refusal, requestId);
            case Throwable outage when outage instanceof Outage ->
                    unavailable(match, outage, requestId);
            default -> unexpected(match, thrown, requestId);
        };
    }

    private static String invalidRequest(Router.Match match) {
        return switch (match) {
            case Router.Match.Modelled modelled -> modelled.operation().invalidRequest();
            case Router.Match.Raw raw -> "InvalidRequestException";
        };
    }

    private Rendered renderRefusal(
            ServiceModel service, AwsServiceException refusal, String requestId) {
        String type = typeOf(refusal);
        Optional<ServiceModel.ErrorModel> model = service.error(type);
        int status =
                model.map(ServiceModel.ErrorModel::status)
                        .orElse(refusal.statusCode() >= 400 ? refusal.statusCode() : 400);
        Map<String, String> body = new LinkedHashMap<>();
        if (service.isJsonRpc()) {
            body.put("__type", type);
        }
        body.put(messageMember(service, type), messageOf(refusal));
        return rendered(service, status, type, json.encode(body, refusal), requestId);
    }

    /// SDKs try again what gets 503.
    private Rendered unavailable(Router.Match match, Throwable outage, String requestId) {
        LOG.atWarn()
                .addKeyValue("service", match.service().id())
                .addKeyValue("operation", match.operationName())
                .addKeyValue("requestId", requestId)
                .addKeyValue("reason", outage.getMessage())
                .log("api.unavailable");
        return renderOwn(
                match.service(),
                new ApiFault(
                        503,
                        "ServiceUnavailableException",
                        "The service is temporarily unavailable; request id " + requestId),
                requestId);
    }

    private Rendered unexpected(Router.Match match, Throwable thrown, String requestId) {
        LOG.atError()
                .setCause(thrown)
                .addKeyValue("service", match.service().id())
                .addKeyValue("operation", match.operationName())
                .addKeyValue("requestId", requestId)
                .log("api.operation.failed: a mistake in Homeport; report it with the trace");
        String type =
                INTERNAL.stream()
                        .filter(name -> match.service().error(name).isPresent())
                        .findFirst()
                        .orElse(INTERNAL.getFirst());
        return renderOwn(
                match.service(),
                new ApiFault(500, type, "An internal error occurred; request id " + requestId),
                requestId);
    }

    /// Renders what went wrong before the request's operation was known.
    Rendered unrouted(Throwable thrown, String requestId) {
        LOG.atError()
                .setCause(thrown)
                .addKeyValue("requestId", requestId)
                .log("api.request.failed: a mistake in Homeport; report it with the trace");
        return renderOwn(
                null,
                new ApiFault(
                        500,
                        INTERNAL.getFirst(),
                        "An internal error occurred; request id " + requestId),
                requestId);
    }

    private static Rendered rendered(
            @Nullable ServiceModel service,
            int status,
            String type,
            byte[] body,
            String requestId) {
        Map<String, List<String>> headers = new LinkedHashMap<>();
        String contentType = service == null ? "application/json" : service.contentType();
        headers.put("content-type", List.of(contentType));
        headers.put("x-amzn-requestid", List.of(requestId));
        headers.put("x-amzn-errortype", List.of(type));
        return new Rendered(new ApiResponse(status, headers, body), type);
    }

    private static String messageMember(@Nullable ServiceModel service, String type) {
        return service == null
                ? "message"
                : service.error(type).map(ServiceModel.ErrorModel::messageMember).orElse("message");
    }

    /// The code that the exception carries, else its class's name.
    private static String typeOf(AwsServiceException refusal) {
        AwsErrorDetails details = refusal.awsErrorDetails();
        String code = details == null ? null : details.errorCode();
        return code == null ? refusal.getClass().getSimpleName() : code;
    }

    private static String messageOf(AwsServiceException refusal) {
        AwsErrorDetails details = refusal.awsErrorDetails();
        String message = details == null ? null : details.errorMessage();
        if (message == null) {
            message = refusal.rawMessage();
        }
        return message == null ? "" : message;
    }
}
