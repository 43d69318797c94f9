package io.homeport.gateway;

import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The door from event loops to custom authorizers, whose functions take their time. Thread-safe.
/// At most so many functions are asked at a time, and so many clients with so many bytes wait for
/// their turn; one more is told that the server is busy.
final class AuthorizerDesk {
    private static final Logger LOG = LoggerFactory.getLogger(AuthorizerDesk.class);

    /// Functions asked at a time: each may be a process to start.
    static final int AT_A_TIME = 16;

    /// Clients that wait or are being judged.
    static final int WAITING = 2_048;

    /// HTTP requests among them: a quarter of what is in process at a time.
    static final int WAITING_REQUESTS = 64;

    /// What the CONNECTs of all that wait may hold together.
    static final long WAITING_BYTES = 32L << 20;

    private static final long PATIENCE_SECONDS = 10;

    private final ClientAuthorizers authorizers;
    private final GatewayMetrics metrics;
    private final Semaphore permits = new Semaphore(AT_A_TIME);
    private final AtomicInteger clients = new AtomicInteger();
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();
    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("authorizer-", 0).factory());

    AuthorizerDesk(ClientAuthorizers authorizers, GatewayMetrics metrics) {
        this.authorizers = authorizers;
        this.metrics = metrics;
    }

    ClientAuthorizers authorizers() {
        return authorizers;
    }

    /// What is against a client before its authorizer is asked; empty where nothing is.
    Optional<ClientAuthorizers.Answer.Refused> check(ClientAuthorizers.Credentials credentials) {
        Optional<ClientAuthorizers.Answer.Refused> refused = authorizers.check(credentials);
        if (refused.isPresent()) {
            metrics.authorizersRefused.increment();
        }
        return refused;
    }

    /// Asks on a virtual thread and gives the answer to `then` there; where there is no room or the
    /// server ends, at once on the caller's.
    ///
    /// @param held bytes that the client holds while it waits
    void ask(
            ClientAuthorizers.Credentials credentials,
            long held,
            Consumer<ClientAuthorizers.Answer> then) {
        if (!enter(held)) {
            then.accept(busy());
            return;
        }
        try {
            threads.execute(() -> then.accept(judge(credentials, held)));
        } catch (RejectedExecutionException e) {
            leave(held);
            then.accept(busy());
        }
    }

    /// Asks and waits for the answer, on a virtual thread of an HTTP request, of which other
    /// requests need some. Never throws.
    ClientAuthorizers.Answer ask(ClientAuthorizers.Credentials credentials) {
        try {
            return requests.incrementAndGet() <= WAITING_REQUESTS && enter(0)
                    ? judge(credentials, 0)
                    : busy();
        } finally {
            requests.decrementAndGet();
        }
    }

    private boolean enter(long held) {
        boolean few = clients.incrementAndGet() <= WAITING;
        boolean small = bytes.addAndGet(held) <= WAITING_BYTES;
        if (!few || !small) {
            leave(held);
        }
        return few && small;
    }

    private void leave(long held) {
        clients.decrementAndGet();
        bytes.addAndGet(-held);
    }

    /// Of a client that has been counted in; counts it out.
    private ClientAuthorizers.Answer judge(ClientAuthorizers.Credentials credentials, long held) {
        boolean mine = false;
        try {
            mine = permits.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (!mine) {
                return busy();
            }
            ClientAuthorizers.Answer answer = authorizers.authorize(credentials);
            if (answer instanceof ClientAuthorizers.Answer.Refused) {
                metrics.authorizersRefused.increment();
            } else {
                metrics.authorizersGranted.increment();
            }
            return answer;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return busy();
        } catch (RuntimeException | AssertionError e) {
            metrics.internalErrors.increment();
            LOG.error("asking a custom authorizer failed by a mistake of the server", e);
            return new ClientAuthorizers.Answer.Refused(
                    ClientAuthorizers.Why.FAILED, "a mistake of the server; see the log");
        } finally {
            leave(held);
            if (mine) {
                permits.release();
            }
        }
    }

    /// Takes nothing more; who waits is told that the server is busy.
    void close() {
        threads.shutdownNow();
    }

    private ClientAuthorizers.Answer.Refused busy() {
        metrics.authorizersBusy.increment();
        return new ClientAuthorizers.Answer.Refused(
                ClientAuthorizers.Why.BUSY,
                "more than " + AT_A_TIME + " clients wait for their custom authorizers");
    }
}
