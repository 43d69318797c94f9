package io.homeport.aws;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What clients of AWS services that this program has no model of get: an error that names the
/// service and the operation, in the form that their protocol has for errors, so that it is shown
/// and not stumbled over. Of STS there is GetCallerIdentity, which tools ask first. Pure.
///
/// Source: Smithy specifications "AWS query", "AWS EC2 query", "AWS restXml" and "AWS JSON 1.0"
/// protocols; STS API reference, "GetCallerIdentity".
final class OtherServices {
    private static final String STS = "https://sts.amazonaws.com/doc/2011-06-15/";
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final String XML = "text/xml";

    /// Services whose REST protocol is in XML, besides S3.
    private static final Set<String> REST_XML = Set.of("cloudfront", "route53");

    /// Names that STS, IAM and others with the query protocol have for the door's errors.
    private static final Map<String, String> QUERY_NAMES =
            Map.of(
                    "InvalidSignatureException", "SignatureDoesNotMatch",
                    "UnrecognizedClientException", "InvalidClientTokenId",
                    "IncompleteSignatureException", "IncompleteSignature",
                    "MissingAuthenticationTokenException", "MissingAuthenticationToken");

    private OtherServices() {}

    /// @param service as it is signed for
    /// @param operation its name, or method and path where the request doesn't tell the name
    /// @param form how errors are written
    record Call(String service, String operation, Form form) {
        boolean asksWhoCalls() {
            return service.equals("sts") && operation.equals("GetCallerIdentity");
        }

        ApiFault notThere() {
            return new ApiFault(
                    501,
                    "NotImplemented",
                    "NotImplemented: %s %s is not available: Homeport answers for AWS IoT's services"
                                    .formatted(service, operation)
                            + " and Lambda. What rules sent to other services is listed at"
                            + " /_homeport/aws");
        }
    }

    enum Form {
        JSON,
        QUERY,
        EC2,
        S3
    }

    /// The call that a request makes of such a service; none where the door has its model.
    ///
    /// @param known the signing names that are routed by the models
    static Optional<Call> of(ApiRequest request, SigV4Claim claim, Set<String> known) {
        String service = claim.signingName();
        if (known.contains(service)) {
            return Optional.empty();
        }
        String action = actionOf(request);
        String target = request.header("x-amz-target");
        if (target != null) {
            String name = target.substring(target.lastIndexOf('.') + 1);
            return Optional.of(new Call(service, name, Form.JSON));
        }
        if (action != null) {
            Form form = service.equals("ec2") ? Form.EC2 : Form.QUERY;
            return Optional.of(new Call(service, action, form));
        }
        Form form = Form.JSON;
        if (service.startsWith("s3")) {
            form = Form.S3;
        } else if (REST_XML.contains(service)) {
            form = Form.QUERY;
        }
        return Optional.of(new Call(service, request.method() + " " + request.rawPath(), form));
    }

    private static @Nullable String actionOf(ApiRequest request) {
        String type = request.header("content-type");
        String parameters =
                type != null && type.startsWith(FORM)
                        ? new String(request.body(), StandardCharsets.UTF_8)
                        : request.rawQuery();
        List<String> action = Percent.query(parameters).get("Action");
        return action == null ? null : action.getFirst();
    }

    /// Renders an error in the service's form.
    static Faults.Rendered refusal(Call call, ApiFault fault, String requestId) {
        String type =
                call.form() == Form.JSON
                        ? fault.type()
                        : QUERY_NAMES.getOrDefault(fault.type(), fault.type());
        String error =
                "<Error>%s<Code>%s</Code><Message>%s</Message></Error>"
                        .formatted(
                                call.form() == Form.QUERY ? "<Type>Sender</Type>" : "",
                                escaped(type),
                                escaped(fault.text()));
        return switch (call.form()) {
            case JSON -> {
                Map<String, String> members = new LinkedHashMap<>();
                members.put("__type", type);
                members.put("message", fault.text());
                yield rendered(
                        fault.status(),
                        "application/x-amz-json-1.0",
                        JsonEncoder.encode(members),
                        type,
                        requestId);
            }
            case S3 -> xml(fault.status(), error, type, requestId);
            case QUERY ->
                    xml(
                            fault.status(),
                            "<ErrorResponse>%s<RequestId>%s</RequestId></ErrorResponse>"
                                    .formatted(error, requestId),
                            type,
                            requestId);
            case EC2 ->
                    xml(
                            fault.status(),
                            "<Response><Errors>%s</Errors><RequestID>%s</RequestID></Response>"
                                    .formatted(error, requestId),
                            type,
                            requestId);
        };
    }

    /// Answers GetCallerIdentity, for which nobody needs a permission.
    static ApiResponse identity(Caller caller) {
        String account = caller.account().value();
        String arn;
        String userId;
        switch (caller.principal()) {
            case Caller.Principal.RoleSession role -> {
                arn = role.arn();
                userId = role.userId();
            }
            case Caller.Principal.ApiUser user -> {
                arn = "arn:aws:iam::" + account + ":user/" + user.name();
                userId = user.accessKeyId().isEmpty() ? user.name() : user.accessKeyId();
            }
            case Caller.Principal.Device device -> {
                arn = "arn:aws:iot:" + caller.region() + ":" + account + ":cert/";
                arn += device.certificateId();
                userId = device.certificateId();
            }
            case Caller.Principal.Authorized authorized -> {
                arn = "arn:aws:iam::" + account + ":user/" + authorized.principalId();
                userId = authorized.principalId();
            }
        }
        String body =
                """
                <GetCallerIdentityResponse xmlns="%s"><GetCallerIdentityResult><Arn>%s</Arn>\
                <UserId>%s</UserId><Account>%s</Account></GetCallerIdentityResult>\
                <ResponseMetadata><RequestId>%s</RequestId></ResponseMetadata>\
                </GetCallerIdentityResponse>\
                """
                        .formatted(STS, escaped(arn), escaped(userId), account, caller.requestId());
        return new ApiResponse(
                200,
                Map.of(
                        "content-type",
                        List.of(XML),
                        "x-amzn-requestid",
                        List.of(caller.requestId())),
                body.getBytes(StandardCharsets.UTF_8));
    }

    private static Faults.Rendered xml(int status, String body, String type, String requestId) {
        String document = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + body;
        return rendered(status, XML, document.getBytes(StandardCharsets.UTF_8), type, requestId);
    }

    private static Faults.Rendered rendered(
            int status, String contentType, byte[] body, String type, String requestId) {
        Map<String, List<String>> headers = new LinkedHashMap<>();
        headers.put("content-type", List.of(contentType));
        headers.put("x-amzn-requestid", List.of(requestId));
        headers.put("x-amzn-errortype", List.of(type));
        return new Faults.Rendered(new ApiResponse(status, headers, body), type);
    }

    /// XML 1.0 has no way to write control characters; they can't tell anybody anything here.
    private static String escaped(String text) {
        return text.replaceAll("[^\\x09\\x0A\\x0D\\x20-\\uD7FF\\uE000-\\uFFFD]", "?")
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;");
    }
}
