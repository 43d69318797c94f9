package io.homeport.gateway;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The door from event loops to custom authorizers, whose functions take their time. Thread-safe.
/// At most so many functions are asked at a time, and so many clients wait for their turn; one more
/// is told that the server is busy.
final class AuthorizerDesk {
    private static final Logger LOG = LoggerFactory.getLogger(AuthorizerDesk.class);

    /// Functions asked at a time.
    static final int AT_A_TIME = 64;

    /// Clients that wait or are being judged.
    static final int WAITING = 2_048;

    private static final long PATIENCE_SECONDS = 5;

    private final ClientAuthorizers authorizers;
    private final GatewayMetrics metrics;
    private final Semaphore permits = new Semaphore(AT_A_TIME);
    private final AtomicInteger clients = new AtomicInteger();
    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("authorizer-", 0).factory());

    AuthorizerDesk(ClientAuthorizers authorizers, GatewayMetrics metrics) {
        this.authorizers = authorizers;
        this.metrics = metrics;
    }

    ClientAuthorizers authorizers() {
        return authorizers;
    }

    /// Asks on a virtual thread and gives the answer to `then` there; where there is no room or the
    /// server ends, at once on the caller's.
    void ask(ClientAuthorizers.Credentials credentials, Consumer<ClientAuthorizers.Answer> then) {
        try {
            if (clients.get() < WAITING) {
                threads.execute(() -> then.accept(ask(credentials)));
                return;
            }
        } catch (RejectedExecutionException e) {
            LOG.trace("the server ends", e);
        }
        metrics.authorizersBusy.increment();
        then.accept(busy());
    }

    /// Asks and waits for the answer. Never throws.
    ClientAuthorizers.Answer ask(ClientAuthorizers.Credentials credentials) {
        clients.incrementAndGet();
        boolean mine = false;
        try {
            mine = permits.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (!mine) {
                metrics.authorizersBusy.increment();
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
            clients.decrementAndGet();
            if (mine) {
                permits.release();
            }
        }
    }

    /// Takes nothing more; who waits is told that the server is busy.
    void close() {
        threads.shutdownNow();
    }

    private static ClientAuthorizers.Answer.Refused busy() {
        return new ClientAuthorizers.Answer.Refused(
                ClientAuthorizers.Why.BUSY,
                "more than " + AT_A_TIME + " clients wait for their custom authorizers");
    }
}
