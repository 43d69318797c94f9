package io.homeport.targets;

import io.homeport.core.targets.TargetFailedException;
import io.homeport.core.targets.TargetService;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.SdkClient;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;

/// The SDK's clients, each made with its first call. Thread-safe.
///
/// They try once: whoever calls has a better idea of when to try again.
final class SdkClients implements AutoCloseable {
    private static final Duration CONNECT = Duration.ofSeconds(5);

    /// How long one call may take.
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    /// Regions come from rules, and there are few.
    private static final int MOST = 500;

    private final TargetSettings settings;
    private final Map<Key, SdkClient> clients = new ConcurrentHashMap<>();
    private final SdkHttpClient http =
            UrlConnectionHttpClient.builder()
                    .connectionTimeout(CONNECT)
                    .socketTimeout(PATIENCE)
                    .build();
    private final AwsCredentialsProvider credentials;

    private record Key(TargetService service, String region) {}

    /// Sends bodies without asking first, as S3's client would: they are messages, for which a
    /// round trip is dearer than a body sent in vain. And HttpURLConnection loses an answer that
    /// comes right behind `100 Continue`, and then waits for it until the call's time is up.
    private static final class SendAtOnce implements ExecutionInterceptor {
        @Override
        public SdkHttpRequest modifyHttpRequest(
                Context.ModifyHttpRequest context, ExecutionAttributes attributes) {
            return context.httpRequest().copy(request -> request.removeHeader("Expect"));
        }
    }

    SdkClients(TargetSettings settings) {
        this.settings = settings;
        this.credentials = settings.credentials();
    }

    AwsCredentialsProvider credentials() {
        return credentials;
    }

    SdkHttpClient http() {
        return http;
    }

    /// Whether a service is elsewhere than at AWS.
    boolean isOverridden(TargetService service) {
        return settings.endpoint(service).map(endpoint -> endpoint.url() != null).orElse(false);
    }

    /// The client of a service for a region.
    ///
    /// @param builder a new one of that service's
    <B extends AwsClientBuilder<B, C> & AwsSyncClientBuilder<B, C>, C extends SdkClient> C client(
            TargetService service, String region, Class<C> type, B builder) {
        Key key = new Key(service, region);
        SdkClient present = clients.get(key);
        if (present == null) {
            if (clients.size() >= MOST) {
                throw TargetFailedException.refused("there are targets in too many regions");
            }
            present = clients.computeIfAbsent(key, _ -> prepared(service, region, builder).build());
        }
        return type.cast(present);
    }

    private <B extends AwsClientBuilder<B, C> & AwsSyncClientBuilder<B, C>, C extends SdkClient>
            B prepared(TargetService service, String region, B builder) {
        builder.region(Region.of(region))
                .credentialsProvider(credentials)
                .httpClient(http)
                .overrideConfiguration(o ->
                        o.retryStrategy(AwsRetryStrategy.doNotRetry())
                                .apiCallTimeout(PATIENCE)
                                .addExecutionInterceptor(new SendAtOnce()));
        URI url = settings.endpoint(service).map(TargetSettings.Endpoint::url).orElse(null);
        if (url != null) {
            builder.endpointOverride(url);
        }
        return builder;
    }

    @Override
    public void close() {
        clients.values().forEach(SdkClient::close);
        http.close();
    }
}
