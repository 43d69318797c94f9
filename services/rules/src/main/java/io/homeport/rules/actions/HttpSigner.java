package io.homeport.rules.actions;

import io.homeport.core.Clock;
import io.homeport.rules.actions.OutgoingHttp.Header;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;

/// Signs requests as AWS services expect it (Signature Version 4). Thread-safe; may block while it
/// looks for credentials.
final class HttpSigner {
    /// The client sets these itself.
    private static final Set<String> OF_CLIENT = Set.of("host", "content-length");

    private final Supplier<AwsCredentialsProvider> credentials;
    private final ReentrantLock making = new ReentrantLock();
    private @Nullable AwsCredentialsProvider made;
    private final MachineClock clock;

    /// @param credentials the server's own; asked for with the first signature
    /// @param machineClock the receivers' time
    HttpSigner(Supplier<AwsCredentialsProvider> credentials, Clock machineClock) {
        this.credentials = credentials;
        this.clock = new MachineClock(machineClock);
    }

    /// The headers with those of the signature.
    ///
    /// @throws ActionFailure where there are no credentials
    List<Header> signed(URI uri, List<Header> headers, byte[] body, String region, String service)
            throws ActionFailure {
        SdkHttpRequest.Builder request =
                SdkHttpRequest.builder().method(SdkHttpMethod.POST).uri(uri);
        headers.forEach(header -> request.appendHeader(header.name(), header.value()));
        AwsCredentials keys;
        try {
            keys = provider().resolveCredentials();
        } catch (SdkException e) {
            throw ActionFailure.transientFailure(
                    "this server has no AWS credentials to sign with: " + e.getMessage(), e);
        }
        ContentStreamProvider content = () -> new ByteArrayInputStream(body);
        SdkHttpRequest signed =
                AwsV4HttpSigner.create()
                        .sign(s ->
                                s.identity(keys)
                                        .request(request.build())
                                        .payload(content)
                                        .putProperty(AwsV4HttpSigner.SIGNING_CLOCK, clock)
                                        .putProperty(AwsV4HttpSigner.REGION_NAME, region)
                                        .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, service))
                        .request();
        List<Header> all = new ArrayList<>();
        signed.forEachHeader((name, values) -> {
            if (!OF_CLIENT.contains(name.toLowerCase(Locale.ROOT))) {
                values.forEach(value -> all.add(new Header(name, value)));
            }
        });
        return all;
    }

    private AwsCredentialsProvider provider() {
        making.lock();
        try {
            AwsCredentialsProvider present = made;
            if (present == null) {
                present = credentials.get();
                made = present;
            }
            return present;
        } finally {
            making.unlock();
        }
    }

    /// As the SDK wants it.
    private static final class MachineClock extends java.time.Clock {
        private final Clock clock;

        MachineClock(Clock clock) {
            this.clock = clock;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public java.time.Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return clock.now();
        }
    }
}
