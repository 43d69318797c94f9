package io.homeport.identity;

import io.homeport.aws.Caller;
import io.homeport.aws.OperationTable;
import io.homeport.storage.Key;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iot.model.HttpContext;
import software.amazon.awssdk.services.iot.model.MqttContext;
import software.amazon.awssdk.services.iot.model.TestInvokeAuthorizerRequest;
import software.amazon.awssdk.services.iot.model.TestInvokeAuthorizerResponse;

/// TestInvokeAuthorizer: calls an authorizer's function with credentials that an operator makes up.
/// Thread-safe.
final class AuthorizerTrial {
    private final IdentityParts parts;
    private final CustomAuthorizers authorizers;

    AuthorizerTrial(IdentityParts parts, CustomAuthorizers authorizers) {
        this.parts = parts;
        this.authorizers = authorizers;
    }

    void register(OperationTable table) {
        table.add(
                TestInvokeAuthorizerRequest.class,
                TestInvokeAuthorizerRequest::builder,
                this::testInvokeAuthorizer);
    }

    TestInvokeAuthorizerResponse testInvokeAuthorizer(
            TestInvokeAuthorizerRequest request, Caller caller) {
        String name = request.authorizerName();
        AuthorizerRecord authorizer =
                parts.database()
                        .read(view ->
                                parts.tables()
                                        .authorizers
                                        .get(
                                                view,
                                                Key.of(
                                                        caller.account().value(),
                                                        caller.region(),
                                                        name)));
        if (authorizer == null) {
            throw Faults.noAuthorizer(name);
        }
        if (!authorizer.signingDisabled()) {
            String flaw =
                    CustomAuthorizers.flaw(authorizer, request.token(), request.tokenSignature());
            if (flaw != null) {
                throw Faults.invalid(flaw);
            }
        }
        byte[] event =
                AuthorizerEvent.of(
                        presented(request), request.token(), !authorizer.signingDisabled());
        try {
            AuthorizerAnswer answer = authorizers.call(authorizer, event, false);
            return TestInvokeAuthorizerResponse.builder()
                    .isAuthenticated(answer.authenticated())
                    .principalId(answer.principalId())
                    .policyDocuments(answer.policyDocuments())
                    .refreshAfterInSeconds(answer.refreshAfterSeconds())
                    .disconnectAfterInSeconds(answer.disconnectAfterSeconds())
                    .build();
        } catch (AuthorizerAnswer.InvalidAnswer | CustomAuthorizers.FunctionFailed e) {
            throw Faults.invalidResponse(name + ": " + e.getMessage());
        }
    }

    private static Presented presented(TestInvokeAuthorizerRequest request) {
        return new Presented(
                UUID.randomUUID().toString(),
                request.tlsContext() != null,
                request.tlsContext() == null ? null : request.tlsContext().serverName(),
                null,
                null,
                http(request.httpContext()),
                mqtt(request.mqttContext()));
    }

    private static Presented.@Nullable Http http(@Nullable HttpContext context) {
        if (context == null) {
            return null;
        }
        Map<String, String> headers = new TreeMap<>(context.headers());
        String query = context.queryString() == null ? "" : context.queryString();
        return new Presented.Http(headers, query.startsWith("?") ? query.substring(1) : query);
    }

    private static Presented.@Nullable Mqtt mqtt(@Nullable MqttContext context) {
        return context == null
                ? null
                : new Presented.Mqtt(
                        context.username(),
                        context.password() == null ? null : context.password().asByteArray(),
                        context.clientId());
    }
}
