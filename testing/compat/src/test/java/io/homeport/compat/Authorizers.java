package io.homeport.compat;

import java.security.PublicKey;
import java.util.Map;
import java.util.function.Consumer;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.AuthorizerStatus;
import software.amazon.awssdk.services.iot.model.CreateAuthorizerRequest;
import software.amazon.awssdk.services.lambda.LambdaClient;

/// Makes functions and the custom authorizers in front of them, by the AWS SDK.
final class Authorizers implements AutoCloseable {
    /// Knows the password `open`, and lets its owner use the topics under the client id. What it
    /// was asked it prints.
    static final String PYTHON =
            """
            import base64, json
            count = {'calls': 0}
            def handler(event, context):
                print(json.dumps(event))
                data = event['protocolData']
                secret = base64.b64decode(data.get('mqtt', {}).get('password', '')).decode()
                secret = secret or data.get('http', {}).get('headers', {}).get('password', '')
                arn = context.invoked_function_arn.split(':')
                iot = 'arn:aws:iot:%s:%s:' % (arn[3], arn[4])
                if secret == 'open count':
                    count['calls'] += 1
                if secret == 'crash':
                    raise ValueError('no such thing')
                if secret == 'wrong':
                    return {'isAuthenticated': True, 'principalId': 'not alphanumeric'}
                allow = lambda action, resource: {
                    'Effect': 'Allow', 'Action': action, 'Resource': iot + resource}
                own = 'own/${iot:ClientId}'
                return {
                    'isAuthenticated': secret.startswith('open'),
                    'principalId': 'Tester%d' % count['calls'],
                    'disconnectAfterInSeconds': 3600,
                    'refreshAfterInSeconds': 300,
                    'policyDocuments': [
                        {'Version': '2012-10-17', 'Statement': [
                            allow('iot:Connect', 'client/*'),
                            allow('iot:Publish', 'topic/' + own),
                            allow('iot:Receive', 'topic/' + own)]},
                        json.dumps({'Version': '2012-10-17', 'Statement': [
                            allow('iot:Subscribe', 'topicfilter/' + own),
                            allow('iot:Publish', 'topic/http/*')]})]}
            """;

    /// Answers what its environment says.
    static final String MOODY =
            """
            import json, os
            def handler(event, context):
                return json.loads(os.environ['ANSWER'])
            """;

    /// Lets in whose certificate the handshake showed, unless the password is `other`.
    static final String WITH_CERTIFICATE =
            """
            import base64
            def handler(event, context):
                tls = event['protocolData']['tls']
                assert tls['x509CertificatePem'].startswith('-----BEGIN CERTIFICATE-----')
                mqtt = event['protocolData'].get('mqtt', {})
                other = base64.b64decode(mqtt.get('password', '')) == b'other'
                arn = context.invoked_function_arn.split(':')
                return {
                    'isAuthenticated': True,
                    'principalId': 'somebody' if other else tls['principalId'],
                    'disconnectAfterInSeconds': 3600,
                    'refreshAfterInSeconds': 300,
                    'policyDocuments': [{'Version': '2012-10-17', 'Statement': [
                        {'Effect': 'Allow', 'Action': 'iot:Publish', 'Resource':
                         'arn:aws:iot:%s:%s:topic/given/${iot:CertificateId}' % (arn[3], arn[4])}
                    ]}]}
            """;

    private final TestServer server;
    private final LambdaClient lambda;
    private final IotClient iot;

    Authorizers(TestServer server) {
        this.server = server;
        this.iot = server.iot();
        this.lambda = Lambdas.client(server);
    }

    LambdaClient lambda() {
        return lambda;
    }

    IotClient iot() {
        return iot;
    }

    /// A function that AWS IoT may invoke.
    ///
    /// @return its ARN
    String function(String name, String runtime, String file, String code) {
        SdkBytes zip = Lambdas.zip(file, code);
        String module = file.substring(0, file.indexOf('.'));
        String arn =
                lambda.createFunction(r ->
                                r.functionName(name)
                                        .runtime(runtime)
                                        .handler(module + ".handler")
                                        .role("arn:aws:iam::000000000000:role/authorizers")
                                        .timeout(20)
                                        .code(c -> c.zipFile(zip)))
                        .functionArn();
        lambda.waiter().waitUntilFunctionActiveV2(r -> r.functionName(name));
        lambda.addPermission(r ->
                r.functionName(name)
                        .statementId("iot")
                        .action("lambda:InvokeFunction")
                        .principal("iot.amazonaws.com")
                        .sourceArn(server.arn("authorizer/*")));
        return arn;
    }

    /// Changes the environment of a function: it starts afresh with the next event.
    void environment(String name, Map<String, String> variables) {
        lambda.updateFunctionConfiguration(
                r -> r.functionName(name).environment(e -> e.variables(variables)));
        lambda.waiter().waitUntilFunctionUpdatedV2(r -> r.functionName(name));
    }

    /// An active authorizer without signatures.
    void authorizer(String name, String functionArn) {
        authorizer(name, functionArn, request -> request.signingDisabled(true));
    }

    void authorizer(
            String name, String functionArn, Consumer<CreateAuthorizerRequest.Builder> more) {
        iot.createAuthorizer(r ->
                r.authorizerName(name)
                        .authorizerFunctionArn(functionArn)
                        .status(AuthorizerStatus.ACTIVE)
                        .applyMutation(more));
    }

    /// A public key as `openssl rsa -pubout` writes it.
    static String pem(PublicKey key) {
        return Tls.pem("PUBLIC KEY", key.getEncoded());
    }

    @Override
    public void close() {
        lambda.close();
        iot.close();
    }
}
