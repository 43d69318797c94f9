package io.homeport.targets;

import io.homeport.core.Timers;
import io.homeport.core.targets.TargetFailedException;
import io.homeport.storage.Key;
import io.homeport.storage.StorageException;
import io.homeport.storage.Table;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The notifications of one subscription, which are handed over one after the other. Thread-safe.
final class NotificationLane {
    private static final Logger LOG = LoggerFactory.getLogger(NotificationLane.class);
    private static final long FIRST_PAUSE_MILLIS = 500;
    private static final long LONGEST_PAUSE_MILLIS = 60_000;
    private static final long GIVE_UP_MILLIS = Duration.ofHours(1).toMillis();

    private final Notifications all;
    private final Key key;
    private final ReentrantLock lock = new ReentrantLock();
    private int waiting;

    /// Whether a worker or a timer has the lane.
    private boolean busy;

    private boolean stopped;
    private long delivered;
    private long lost;
    private String lastError = "";
    private Timers.@Nullable Timer pause;

    /// Only the worker that has the lane uses it.
    private int attempts;

    NotificationLane(Notifications all, Key key) {
        this.all = all;
        this.key = key;
    }

    Key key() {
        return key;
    }

    /// Whether another notification may wait; where not, it is counted as lost.
    boolean hasRoom() {
        lock.lock();
        try {
            if (waiting < all.parts.limits().notifications()) {
                return true;
            }
            lost++;
            lastError = "too many notifications wait for this subscriber";
            return false;
        } finally {
            lock.unlock();
        }
    }

    /// Counts rows that were stored.
    void add(int rows) {
        lock.lock();
        try {
            waiting += rows;
        } finally {
            lock.unlock();
        }
    }

    void wake() {
        lock.lock();
        try {
            if (busy || stopped || waiting == 0) {
                return;
            }
            busy = true;
        } finally {
            lock.unlock();
        }
        work();
    }

    private void work() {
        try {
            all.parts.workers().execute(this::run);
        } catch (RejectedExecutionException e) {
            LOG.atDebug().log("targets.notifications.stopping");
        }
    }

    private void run() {
        try {
            while (goesOn()) {
                List<Table.Row<Notification>> rows =
                        all.parts
                                .database()
                                .read(view -> Notifications.WAITING.list(view, key, null, 1));
                Optional<Subscription> subscription = all.subscription(key);
                if (subscription.isEmpty()) {
                    // It was unsubscribed meanwhile; what was published at that moment goes, too.
                    all.forget(key);
                    return;
                }
                if (rows.isEmpty()) {
                    stop();
                    return;
                }
                if (!handOver(subscription.get(), rows.getFirst())) {
                    return;
                }
            }
        } catch (StorageException e) {
            pauseFor(LONGEST_PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean goesOn() {
        lock.lock();
        try {
            boolean more = waiting > 0 && !stopped && !all.isClosed();
            busy = more;
            return more;
        } finally {
            lock.unlock();
        }
    }

    /// Whether the lane goes on at once.
    private boolean handOver(Subscription subscription, Table.Row<Notification> row)
            throws InterruptedException {
        try {
            deliver(subscription, row.value());
            finish(row.key(), null);
            return true;
        } catch (TargetFailedException e) {
            long age = all.parts.clock().millis() - row.value().publishedAtMillis();
            if (!e.isRetryable() || age >= GIVE_UP_MILLIS) {
                finish(row.key(), e.text());
                return true;
            }
            attempts++;
            lock.lock();
            try {
                lastError = e.text();
            } finally {
                lock.unlock();
            }
            pauseFor(
                    Math.min(
                            LONGEST_PAUSE_MILLIS,
                            FIRST_PAUSE_MILLIS << Math.min(attempts - 1, 10)));
            return false;
        }
    }

    private void deliver(Subscription subscription, Notification notification)
            throws InterruptedException {
        try {
            all.parts.channels().deliver(subscription, notification);
        } catch (TargetFailedException | StorageException e) {
            throw e;
        } catch (RuntimeException e) {
            // A boundary: what can't be sent must not stop the lane.
            LOG.atError().setCause(e).log("targets.notification.broken");
            throw TargetFailedException.refused("internal failure: " + e, e);
        }
    }

    /// @param error null where it was delivered
    private void finish(Key row, @Nullable String error) {
        all.parts.database().update(transaction -> Notifications.WAITING.delete(transaction, row));
        attempts = 0;
        lock.lock();
        try {
            waiting--;
            if (error == null) {
                delivered++;
            } else {
                lost++;
                lastError = error;
            }
        } finally {
            lock.unlock();
        }
        if (error != null) {
            LOG.atWarn()
                    .addKeyValue("subscription", key.parts())
                    .addKeyValue("reason", error)
                    .log("targets.notification.lost: its subscriber did not take it");
        }
    }

    private void pauseFor(long millis) {
        lock.lock();
        try {
            if (stopped || all.isClosed()) {
                return;
            }
            pause = all.parts.timers().schedule(Duration.ofMillis(millis), this::work);
        } finally {
            lock.unlock();
        }
    }

    Notifications.Report report(Subscription subscription) {
        lock.lock();
        try {
            return new Notifications.Report(subscription, waiting, delivered, lost, lastError);
        } finally {
            lock.unlock();
        }
    }

    void stop() {
        lock.lock();
        try {
            stopped = true;
            if (pause != null) {
                pause.cancel();
            }
        } finally {
            lock.unlock();
        }
    }
}
