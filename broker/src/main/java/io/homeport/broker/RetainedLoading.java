package io.homeport.broker;

import io.homeport.core.AccountId;
import io.homeport.core.Message;
import io.homeport.storage.StorageException;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// Reads the retained messages of all accounts from the store: a small number before the first
/// connection, the rest behind it, page by page in the background. Who needs all of them waits for
/// {@link #over}; a single topic is read at once where it isn't here yet. Thread-safe; pages are
/// read one after the other.
final class RetainedLoading {
    /// What is read before the first connection: some milliseconds.
    static final int ROWS_AT_START = 2048;

    private static final long RETRY_MILLIS = 2_000;

    private final Core core;
    private final TableScan scan;
    private volatile CompletableFuture<Void> over = CompletableFuture.completedFuture(null);

    RetainedLoading(Core core) {
        this.core = core;
        this.scan = core.rows.retained();
    }

    /// Begins, once, before the first connection.
    ///
    /// @throws StorageException where the store can't be read
    void begin() {
        over = new CompletableFuture<>();
        while (scan.rowsRead() < ROWS_AT_START) {
            if (!page()) {
                over.complete(null);
                return;
            }
        }
        core.background.execute(this::goOn);
    }

    /// Whether everything has been read. Where a row can't be understood that never comes: what is
    /// asked for goes on being read from the store, topic by topic.
    boolean isOver() {
        return over.isDone() && !over.isCompletedExceptionally();
    }

    /// Completes once everything has been read; exceptionally where that is impossible.
    CompletableFuture<Void> over() {
        return over;
    }

    /// Reads no more: all rows are to be deleted.
    void stop() {
        over.complete(null);
        over = CompletableFuture.completedFuture(null);
    }

    /// One page in each task, so that others get their turns between them.
    private void goOn() {
        if (over.isDone() || core.shuttingDown) {
            return;
        }
        try {
            if (page()) {
                core.background.execute(this::goOn);
            } else {
                over.complete(null);
            }
        } catch (StorageException e) {
            core.after(RETRY_MILLIS, this::goOn);
        } catch (RuntimeException e) {
            // A row that can't be understood; who waits for it is told.
            over.completeExceptionally(e);
        }
    }

    private boolean page() {
        return scan.next((key, value) -> {
            Message message = SessionStore.decodeRetained(key, value);
            if (!isOver()) {
                core.realm(message.account()).retained.load(message);
            }
        });
    }

    /// The stored message of a topic. Reads the store: not for event loops.
    @Nullable Message read(AccountId account, String topic) {
        return core.rows.getRetained(account, topic);
    }

    /// Reads the message of a topic again: the one that was to replace it couldn't be stored.
    void readAgain(AccountId account, String topic) {
        core.background.execute(() ->
                core.eventually(() -> {
                    Message message = read(account, topic);
                    if (message != null) {
                        core.realm(account).retained.load(message);
                    }
                }));
    }
}
