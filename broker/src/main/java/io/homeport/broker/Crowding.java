package io.homeport.broker;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// Back-pressure from a client that can't keep up to those who publish to it: while so much waits
/// for it, publishers at QoS 1 and 2 get their acknowledgements later, and those at QoS 0 are not
/// read from. Never for long, and not at all for a client that takes nothing any more: its queue
/// fills up to its limit then, and others are not stalled by it.
///
/// Guarded by the session's monitor, but for {@link #isCrowded} and {@link #hasCrowdedQueue}, which
/// are thread-safe.
final class Crowding {
    /// Publishers are held back at most for this long at a time.
    static final Duration LONGEST_HOLD = Duration.ofMillis(250);

    /// A client that takes nothing for so long holds nobody back.
    static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

    private final Core core;
    private volatile boolean crowded;
    private volatile boolean queueCrowded;
    private long progressMillis;
    private @Nullable CompletableFuture<Void> hold;

    Crowding(Core core) {
        this.core = core;
    }

    boolean isCrowded() {
        return crowded;
    }

    /// Whether too much waits above QoS 0.
    boolean hasCrowdedQueue() {
        return queueCrowded;
    }

    /// Too much waits. A profile that limits the rates of connections has its own answer to that.
    ///
    /// @param queue whether that is above QoS 0
    void begin(boolean queue) {
        if (core.limits.rates().publishesPerConnection() != 0) {
            return;
        }
        if (!crowded || (queue && !queueCrowded)) {
            progressMillis = core.clock.steadyMillis();
        }
        crowded = true;
        queueCrowded |= queue;
    }

    /// Whether the client takes nothing any more.
    boolean isStuck() {
        return crowded && core.clock.steadyMillis() - progressMillis > PATIENCE.toMillis();
    }

    /// The client was sent something, or nothing.
    void progressed(boolean any) {
        if (any) {
            progressMillis = core.clock.steadyMillis();
        }
    }

    /// Little waits by now. Returns what publishers wait for, to be completed outside of the
    /// monitor; null where nobody waits.
    @Nullable CompletableFuture<Void> end() {
        CompletableFuture<Void> waiting = hold;
        crowded = false;
        queueCrowded = false;
        hold = null;
        return waiting;
    }

    /// What a publisher waits for; done where it needn't wait. All publishers of a moment share
    /// one.
    CompletableFuture<Void> roomy() {
        if (!crowded || isStuck()) {
            return DONE;
        }
        CompletableFuture<Void> waiting = hold;
        if (waiting == null || waiting.isDone()) {
            CompletableFuture<Void> made = new CompletableFuture<>();
            core.timers.schedule(LONGEST_HOLD, () -> made.complete(null));
            hold = made;
            waiting = made;
        }
        return waiting;
    }
}
