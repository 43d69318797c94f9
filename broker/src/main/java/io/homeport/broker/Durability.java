package io.homeport.broker;

import java.util.concurrent.CompletableFuture;

/// Several writes that have to be durable before one answer. Used by one thread at a time.
final class Durability {
    static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

    private CompletableFuture<Void> all = DONE;

    void add(CompletableFuture<Void> write) {
        if (write.isDone() && !write.isCompletedExceptionally()) {
            return;
        }
        all = all == DONE ? write : CompletableFuture.allOf(all, write);
    }

    /// Completes once all are; fails where one does.
    CompletableFuture<Void> all() {
        return all;
    }
}
