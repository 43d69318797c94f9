package io.homeport.targets;

import io.homeport.core.Json;
import io.homeport.core.targets.TargetCall;
import io.homeport.core.targets.TargetFailedException;
import io.homeport.core.targets.TargetScope;
import io.homeport.core.targets.TargetService;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignedRequest;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.node.ObjectNode;

/// Calls for which the SDK has no client: plain HTTP with a signature. Thread-safe.
final class SignedCalls {
    private static final int LONGEST_ANSWER = 1 << 20;

    private final SdkClients clients;
    private final TargetSettings settings;

    SignedCalls(SdkClients clients, TargetSettings settings) {
        this.clients = clients;
        this.settings = settings;
    }

    /// Puts a document into an index; the answer to the same document once more is the same.
    void index(TargetScope scope, TargetCall.IndexDocument document) {
        URI configured =
                settings.endpoint(TargetService.OPEN_SEARCH)
                        .map(TargetSettings.Endpoint::url)
                        .orElse(null);
        String base = configured == null ? document.endpoint() : configured.toString();
        String path =
                "/%s/%s/%s"
                        .formatted(
                                encoded(document.index()),
                                encoded(document.type()),
                                encoded(document.id()));
        call(
                scope,
                "es",
                SdkHttpMethod.PUT,
                URI.create(base.replaceAll("/+$", "") + path),
                Map.of("content-type", "application/json"),
                document.document());
    }

    /// Amazon Machine Learning's Predict.
    ObjectNode predict(TargetScope scope, String modelId, Map<String, String> record) {
        URI url =
                settings.endpoint(TargetService.MACHINE_LEARNING)
                        .map(TargetSettings.Endpoint::url)
                        .orElseGet(() ->
                                URI.create(
                                        "https://machinelearning."
                                                + scope.region()
                                                + ".amazonaws.com/"));
        ObjectNode request = Json.MAPPER.createObjectNode();
        request.put("MLModelId", modelId).put("PredictEndpoint", url.toString());
        ObjectNode values = request.putObject("Record");
        record.forEach(values::put);
        byte[] answer =
                call(
                        scope,
                        "machinelearning",
                        SdkHttpMethod.POST,
                        url,
                        Map.of(
                                "content-type", "application/x-amz-json-1.1",
                                "x-amz-target", "AmazonML_20141212.Predict"),
                        Json.MAPPER.writeValueAsBytes(request));
        try {
            if (Json.MAPPER.readTree(answer).path("Prediction") instanceof ObjectNode prediction) {
                return prediction;
            }
        } catch (JacksonException e) {
            throw TargetFailedException.refused("the model's answer is no JSON: " + e, e);
        }
        throw TargetFailedException.refused("the model's answer has no Prediction");
    }

    private byte[] call(
            TargetScope scope,
            String signingName,
            SdkHttpMethod method,
            URI url,
            Map<String, String> headers,
            byte[] body) {
        SdkHttpRequest.Builder request = SdkHttpRequest.builder().method(method).uri(url);
        headers.forEach(request::putHeader);
        request.putHeader("content-length", Integer.toString(body.length));
        ContentStreamProvider content = ContentStreamProvider.fromByteArray(body);
        HttpExecuteRequest call = signed(scope, signingName, url, request.build(), content);
        try {
            HttpExecuteResponse response = clients.http().prepareRequest(call).call();
            int status = response.httpResponse().statusCode();
            byte[] answer = read(response.responseBody().orElse(null));
            if (status / 100 == 2) {
                return answer;
            }
            String text =
                    new String(answer, 0, Math.min(answer.length, 500), StandardCharsets.UTF_8);
            String told = url.getHost() + " answered " + status + ": " + text;
            throw status >= 500 || status == 429 || status == 408
                    ? TargetFailedException.unavailable(told)
                    : TargetFailedException.refused(told);
        } catch (IOException e) {
            throw TargetFailedException.unavailable(url.getHost() + " can't be reached: " + e, e);
        }
    }

    private static byte[] read(@Nullable AbortableInputStream body) throws IOException {
        try (InputStream in = body == null ? new ByteArrayInputStream(new byte[0]) : body) {
            return in.readNBytes(LONGEST_ANSWER);
        }
    }

    private HttpExecuteRequest signed(
            TargetScope scope,
            String signingName,
            URI url,
            SdkHttpRequest request,
            ContentStreamProvider content) {
        AwsCredentials credentials;
        try {
            credentials = clients.credentials().resolveCredentials();
        } catch (SdkClientException e) {
            if (url.getHost().endsWith(".amazonaws.com")) {
                throw e;
            }
            // A server of one's own may well need none.
            return HttpExecuteRequest.builder()
                    .request(request)
                    .contentStreamProvider(content)
                    .build();
        }
        SignedRequest signed =
                AwsV4HttpSigner.create()
                        .sign(r ->
                                r.identity(credentials)
                                        .request(request)
                                        .payload(content)
                                        .putProperty(
                                                AwsV4HttpSigner.SERVICE_SIGNING_NAME, signingName)
                                        .putProperty(AwsV4HttpSigner.REGION_NAME, scope.region()));
        return HttpExecuteRequest.builder()
                .request(signed.request())
                .contentStreamProvider(signed.payload().orElse(content))
                .build();
    }

    private static String encoded(String part) {
        return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
