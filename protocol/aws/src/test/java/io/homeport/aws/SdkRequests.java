package io.homeport.aws;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpFullRequest;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;

/// Carries the AWS SDK's HTTP requests to the door without a socket.
final class SdkRequests {
    private SdkRequests() {}

    /// What the door gets when the SDK's request goes over the wire.
    static ApiRequest received(SdkHttpRequest request, byte[] body) {
        Map<String, List<String>> headers = new LinkedHashMap<>();
        request.forEachHeader((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values));
        boolean standardPort = request.port() == (request.protocol().equals("https") ? 443 : 80);
        headers.putIfAbsent(
                "host", List.of(request.host() + (standardPort ? "" : ":" + request.port())));
        return new ApiRequest(
                request.method().name(),
                request.encodedPath().isEmpty() ? "/" : request.encodedPath(),
                request.encodedQueryParameters().orElse(""),
                headers,
                body,
                "127.0.0.1",
                null);
    }

    static ApiRequest received(SdkHttpFullRequest request) {
        return received(
                request,
                request.contentStreamProvider().map(p -> bytes(p.newStream())).orElse(new byte[0]));
    }

    private static byte[] bytes(InputStream stream) {
        try (stream) {
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// An HTTP client for the SDK's service clients that calls the door.
    static SdkHttpClient client(ApiDoor door) {
        return new SdkHttpClient() {
            @Override
            public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
                return new ExecutableHttpRequest() {
                    @Override
                    public HttpExecuteResponse call() {
                        byte[] body =
                                request.contentStreamProvider()
                                        .map(p -> bytes(p.newStream()))
                                        .orElse(new byte[0]);
                        return answer(door.handle(received(request.httpRequest(), body)));
                    }

                    @Override
                    public void abort() {}
                };
            }

            @Override
            public void close() {}
        };
    }

    private static HttpExecuteResponse answer(ApiResponse response) {
        SdkHttpResponse.Builder head = SdkHttpResponse.builder().statusCode(response.status());
        response.headers().forEach(head::putHeader);
        return HttpExecuteResponse.builder()
                .response(head.build())
                .responseBody(
                        AbortableInputStream.create(new ByteArrayInputStream(response.body())))
                .build();
    }
}
