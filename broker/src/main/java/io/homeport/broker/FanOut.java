package io.homeport.broker;

import io.homeport.core.Message;
import io.homeport.storage.StorageException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// The delivery of one client's publish to many, in slices: first to all receivers, then, once that
/// is durable, to the clients of stored sessions. Where even finding them takes long, that happens
/// in the background first. Owned by the publisher's event loop.
///
/// One slice is done per turn of the loop, so that other connections don't wait for a whole crowd;
/// how many sockets a slice makes the loop write to is the greatest part of its cost, where the
/// message isn't large. The client isn't read from meanwhile, see {@link FanOuts}.
final class FanOut {
    /// Receivers of a small message that aren't too many to be served at once.
    static final int AT_ONCE = 256;

    /// Receivers of a small message that are served in one turn, where there are more.
    static final int SLICE = 16;

    /// What costs about as much as a socket to write to: bytes, and user properties to encode.
    private static final int BYTES = 4_096;

    private static final int PROPERTIES = 16;

    private final Core core;
    private final Realm realm;
    private final Router.Delivering delivering;
    private @Nullable Matches matches;
    private long version;
    private final Connection from;
    private final int slice;
    private final CompletableFuture<Void> delivered = new CompletableFuture<>();
    private final CompletableFuture<Void> roomy = new CompletableFuture<>();
    private int next;

    /// @param matches null where they aren't known yet
    /// @param version of the subscriptions, at most as new as the matches
    FanOut(
            Core core,
            Realm realm,
            Router.Delivering delivering,
            @Nullable Matches matches,
            long version,
            Connection from) {
        this.core = core;
        this.realm = realm;
        this.delivering = delivering;
        this.matches = matches;
        this.version = version;
        this.from = from;
        this.slice = Math.max(1, SLICE / weight(delivering.message));
        core.counters.publishesSliced.increment();
    }

    /// Whether it is too much to deliver a message to all of them at once.
    static boolean isLong(Matches matches, Message message) {
        return (long) matches.receivers() * weight(message) > AT_ONCE;
    }

    /// What it costs to give a message to one receiver, as a multiple of a small one.
    private static int weight(Message message) {
        return 1
                + message.payload().length / BYTES
                + message.properties().userProperties().size() / PROPERTIES;
    }

    /// Completes once the message is durable; fails where it can't be stored.
    CompletableFuture<Void> delivered() {
        return delivered;
    }

    /// Completes once the publisher may go on, see {@link Crowding}.
    CompletableFuture<Void> roomy() {
        return roomy;
    }

    /// Whether anybody is to get the message; asked for once it is delivered.
    boolean matched() {
        return matches != null && !matches.isEmpty();
    }

    /// Whether the receivers have to be found first.
    boolean isSearching() {
        return matches == null;
    }

    /// Finds the receivers in the background.
    ///
    /// @param then run on the event loop
    void search(Runnable then) {
        core.background.execute(() -> {
            long seen = realm.index.version();
            Matches found = core.searching(() -> realm.index.match(delivering.message.topic()));
            from.execute(() -> {
                version = seen;
                matches = found;
                then.run();
            });
        });
    }

    /// Serves some more; whether any are left.
    boolean slice() {
        Matches receivers = Objects.requireNonNull(matches);
        List<Matches.Target> targets = receivers.targets();
        boolean changed = realm.index.version() != version;
        int end = Math.min(receivers.receivers(), next + slice);
        for (; next < end; next++) {
            if (next >= targets.size()) {
                delivering.to(receivers.groups().get(next - targets.size()), null);
            } else if (!changed || targets.get(next).isSubscribed()) {
                // Who has unsubscribed meanwhile gets nothing more [MQTT-3.10.4-2].
                delivering.to(targets.get(next));
            }
        }
        if (next < receivers.receivers()) {
            return true;
        }
        end(Router.handle(delivering.message, receivers.handlers()));
        return false;
    }

    /// @param handled by services
    private void end(CompletableFuture<Void> handled) {
        delivering.roomy().whenComplete((_, _) -> roomy.complete(null));
        CompletableFuture<Void> stored;
        try {
            stored = delivering.store();
        } catch (StorageException e) {
            stored = CompletableFuture.failedFuture(e);
        }
        stored.whenComplete((_, failure) -> from.execute(() -> resolve(0, failure == null)));
        stored.whenComplete((_, failure) -> fail(failure));
        handled.whenComplete((_, failure) -> fail(failure));
        stored.thenCombine(handled, (_, _) -> delivered.complete(null));
    }

    private void fail(@Nullable Throwable failure) {
        if (failure != null) {
            delivered.completeExceptionally(failure);
        }
    }

    private void resolve(int begin, boolean durable) {
        if (delivering.resolve(begin, SLICE, durable)) {
            from.nextTurn(() -> resolve(begin + SLICE, durable));
        }
    }
}
