package io.homeport.gateway;

import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/// Gives every client the answer that a test sets. Thread-safe.
final class TestAuthorizers implements ClientAuthorizers {
    volatile Answer answer =
            new Answer.Refused(Why.NO_AUTHORIZER, "there is no custom authorizer here");

    final BlockingQueue<Credentials> asked = new LinkedBlockingQueue<>();

    @Override
    public Answer authorize(Credentials credentials) {
        asked.add(credentials);
        return answer;
    }

    @Override
    public Optional<Answer.Refused> check(Credentials credentials) {
        return answer instanceof Answer.Refused refused ? Optional.of(refused) : Optional.empty();
    }
}
