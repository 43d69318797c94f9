package io.homeport.rules.actions;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Sends requests to receivers of users: few at a time to each and not too many in all, follows no
/// redirects, reads no more of an answer than asked for. Thread-safe; blocks, for virtual threads.
/// The client is made with the first request.
public final class OutgoingHttp implements AutoCloseable {
    private static final int AT_ONCE = 256;
    private static final int AT_ONCE_PER_RECEIVER = 32;

    private final Semaphore places = new Semaphore(AT_ONCE);
    private final Semaphore[] placesOfReceivers = new Semaphore[64];
    private final ReentrantLock making = new ReentrantLock();
    private volatile @Nullable HttpClient client;

    public OutgoingHttp() {
        for (int i = 0; i < placesOfReceivers.length; i++) {
            placesOfReceivers[i] = new Semaphore(AT_ONCE_PER_RECEIVER);
        }
    }

    /// A header of a request.
    public record Header(String name, String value) {}

    /// An answer.
    ///
    /// @param body as far as it was read
    /// @param tooLong whether there was more
    public record Reply(int status, byte[] body, boolean tooLong) {}

    /// Sends a POST request.
    ///
    /// @param longestReply in bytes
    /// @param patience for a place among the requests at once, connection, request and answer
    /// @throws IOException where there is no answer in that time
    /// @throws IllegalArgumentException where the URL or a header can't be sent
    public Reply post(
            URI uri, List<Header> headers, byte[] body, int longestReply, Duration patience)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri).POST(HttpRequest.BodyPublishers.ofByteArray(body));
        headers.forEach(header -> request.header(header.name(), header.value()));
        HttpRequest built = request.build();
        long deadline = System.nanoTime() + patience.toNanos();
        String authority = String.valueOf(uri.getRawAuthority()).toLowerCase(Locale.ROOT);
        Semaphore ofReceiver =
                placesOfReceivers[Math.floorMod(authority.hashCode(), placesOfReceivers.length)];
        take(ofReceiver, deadline, authority);
        try {
            take(places, deadline, authority);
            try {
                return send(built, longestReply, deadline, patience);
            } finally {
                places.release();
            }
        } finally {
            ofReceiver.release();
        }
    }

    private static void take(Semaphore places, long deadline, String authority)
            throws IOException, InterruptedException {
        if (!places.tryAcquire(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
            throw new HttpTimeoutException("too many requests are under way to " + authority);
        }
    }

    private Reply send(HttpRequest request, int longestReply, long deadline, Duration patience)
            throws IOException, InterruptedException {
        CompletableFuture<HttpResponse<Reply>> answer =
                client().sendAsync(request, info -> new Bounded(info.statusCode(), longestReply));
        try {
            return answer.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS).body();
        } catch (TimeoutException e) {
            throw new HttpTimeoutException("no answer within " + patience.toMillis() + " ms");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ConnectException failure) {
                // The client leaves out what the system said.
                throw new IOException("can't connect to " + request.uri().getAuthority(), failure);
            }
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            throw new IOException(String.valueOf(e.getCause()), e);
        } finally {
            answer.cancel(true);
        }
    }

    private HttpClient client() {
        HttpClient present = client;
        if (present != null) {
            return present;
        }
        making.lock();
        try {
            present = client;
            if (present == null) {
                present =
                        HttpClient.newBuilder()
                                .version(HttpClient.Version.HTTP_1_1)
                                .followRedirects(HttpClient.Redirect.NEVER)
                                .executor(Executors.newVirtualThreadPerTaskExecutor())
                                .build();
                client = present;
            }
            return present;
        } finally {
            making.unlock();
        }
    }

    @Override
    public void close() {
        HttpClient present = client;
        if (present != null) {
            present.shutdownNow();
        }
    }

    /// Reads an answer up to its limit. Owned by the client's thread for the answer.
    private static final class Bounded implements HttpResponse.BodySubscriber<Reply> {
        private final int status;
        private final int longest;
        private final ByteArrayOutputStream read = new ByteArrayOutputStream(256);
        private final CompletableFuture<Reply> reply = new CompletableFuture<>();
        private Flow.@Nullable Subscription subscription;

        Bounded(int status, int longest) {
            this.status = status;
            this.longest = longest;
        }

        @Override
        public CompletionStage<Reply> getBody() {
            return reply;
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
            given.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(List<ByteBuffer> parts) {
            for (ByteBuffer part : parts) {
                int room = longest - read.size();
                byte[] bytes = new byte[Math.min(room, part.remaining())];
                part.get(bytes);
                read.writeBytes(bytes);
                if (part.hasRemaining() && !reply.isDone()) {
                    reply.complete(new Reply(status, read.toByteArray(), true));
                    if (subscription != null) {
                        subscription.cancel();
                    }
                }
            }
        }

        @Override
        public void onError(Throwable failure) {
            reply.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            reply.complete(new Reply(status, read.toByteArray(), false));
        }
    }
}
