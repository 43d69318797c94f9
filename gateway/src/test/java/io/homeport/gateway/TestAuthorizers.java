package io.homeport.gateway;

import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/// Gives every client the answer that a test sets. Thread-safe.
final class TestAuthorizers implements ClientAuthorizers {
    volatile Answer answer =
            new Answer.Refused(Why.NO_AUTHORIZER, "there is no custom authorizer here");

    final BlockingQueue<Credentials> asked = new LinkedBlockingQueue<>();

    /// Taken by tests that let an authorizer think.
    final Semaphore mayAnswer = new Semaphore(1_000);

    volatile EndpointRules rules = EndpointRules.DEFAULT;

    @Override
    public EndpointRules rules(@Nullable String serverName) {
        return rules;
    }

    @Override
    public Answer authorize(Credentials credentials) {
        asked.add(credentials);
        try {
            mayAnswer.acquire();
            return answer;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } finally {
            mayAnswer.release();
        }
    }

    @Override
    public Optional<Answer.Refused> check(Credentials credentials) {
        return answer instanceof Answer.Refused refused ? Optional.of(refused) : Optional.empty();
    }
}
