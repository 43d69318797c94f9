package io.homeport.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.homeport.testkit.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What happens where the engine can't take a write without waiting for the disk.
@Timeout(30)
final class GroupCommitTest {
    private final List<String> written = new CopyOnWriteArrayList<>();
    private final AtomicBoolean busy = new AtomicBoolean();
    private final Semaphore disk = new Semaphore(0);
    private final AtomicBoolean fails = new AtomicBoolean();

    /// How many writes the last sync covered.
    private volatile int synced;

    private final GroupCommit.Engine engine =
            new GroupCommit.Engine() {
                @Override
                public void sync() {
                    if (fails.get()) {
                        throw new StorageException("the disk fails");
                    }
                    synced = written.size();
                }

                @Override
                public void recover() {
                    fails.set(false);
                }
            };

    private GroupCommit.Write write(String name) {
        return wait -> {
            if (busy.get()) {
                if (!wait) {
                    return false;
                }
                disk.acquireUninterruptibly();
                if (fails.get()) {
                    throw new StorageException("the disk fails");
                }
            }
            if (name.equals("refused")) {
                throw new ConflictException(name);
            }
            written.add(name);
            return true;
        };
    }

    private CompletableFuture<Void> commit(GroupCommit commits, String name, boolean visible) {
        return commits.commit(write(name), write(name), 1, visible);
    }

    @Test
    void aCallerThatMayNotWaitGoesOnAndItsWriteFollowsInOrder() {
        GroupCommit commits = new GroupCommit(engine, null, 100);
        commit(commits, "a", false).join();
        busy.set(true);
        CompletableFuture<Void> b = commit(commits, "b", false);
        // Not past the one that waits, although it could be written.
        CompletableFuture<Void> c =
                commits.commit(_ -> written.add("too early"), write("c"), 1, false);
        CompletableFuture<Void> flushed = commits.flush();
        assertThat(List.of(b, c, flushed)).noneMatch(CompletableFuture::isDone);
        disk.release(10);
        flushed.join();
        assertThat(written).containsExactly("a", "b", "c");
        assertThat(synced).isEqualTo(3);
        assertThat(b).isCompleted();
        assertThat(c).isCompleted();
        commits.stop();
    }

    @Test
    void aCallerThatNeedsToSeeItsWriteWaitsForIt() {
        GroupCommit commits = new GroupCommit(engine, null, 100);
        busy.set(true);
        CompletableFuture<Void> first = commit(commits, "a", false);
        disk.release(10);
        commit(commits, "b", true).join();
        assertThat(written).containsExactly("a", "b");
        assertThat(first).isCompleted();
        assertThatThrownBy(() -> commit(commits, "refused", true))
                .isInstanceOf(ConflictException.class);
        commit(commits, "c", true).join();
        assertThat(written).containsExactly("a", "b", "c");
        commits.stop();
    }

    /// Memory stays bounded: beyond the limit callers wait, too.
    @Test
    void whereTooMuchWaitsCallersWait() throws Exception {
        GroupCommit commits = new GroupCommit(engine, null, 3);
        busy.set(true);
        for (int i = 0; i < 3; i++) {
            commit(commits, "" + i, false);
        }
        Thread fourth = Thread.ofVirtual().start(() -> commit(commits, "3", false));
        while (fourth.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        assertThat(written).isEmpty();
        disk.release(10);
        fourth.join();
        assertThat(written).containsExactly("0", "1", "2", "3");
        commits.stop();
    }

    @Test
    void whatWaitsFailsWithTheDisk() {
        GroupCommit commits = new GroupCommit(engine, null, 100);
        busy.set(true);
        CompletableFuture<Void> a = commit(commits, "a", false);
        CompletableFuture<Void> b = commit(commits, "b", false);
        fails.set(true);
        disk.release(10);
        assertThat(a.handle((done, failure) -> failure).join())
                .isInstanceOf(StorageException.class);
        assertThat(b.handle((done, failure) -> failure).join())
                .isInstanceOf(StorageException.class);
        assertThat(written).isEmpty();
        commits.stop();
    }

    @Test
    void whatWaitsIsWrittenBeforeTheStoreCloses() {
        GroupCommit commits = new GroupCommit(engine, null, 100);
        busy.set(true);
        CompletableFuture<Void> a = commit(commits, "a", false);
        disk.release(10);
        commits.stop();
        assertThat(a).isCompleted();
        assertThat(synced).isEqualTo(1);
    }

    @Test
    void howeverBusyTheDiskIsTheOrderStaysAndNothingIsDurableTooEarly() {
        disk.release(Integer.MAX_VALUE / 2);
        Seeds.run(
                50,
                seed -> {
                    Random random = new Random(seed);
                    written.clear();
                    synced = 0;
                    GroupCommit commits = new GroupCommit(engine, null, random.nextInt(1, 30));
                    List<String> expected = new ArrayList<>();
                    List<CompletableFuture<Boolean>> durable = new ArrayList<>();
                    for (int i = 0; i < 300; i++) {
                        int position = i;
                        busy.set(random.nextInt(3) == 0);
                        expected.add("" + i);
                        durable.add(
                                commit(commits, "" + i, random.nextInt(10) == 0)
                                        .thenApply(done -> synced > position));
                    }
                    commits.flush().join();
                    assertThat(written).isEqualTo(expected);
                    assertThat(durable).allMatch(CompletableFuture::join);
                    commits.stop();
                });
    }
}
