package io.homeport.storage;

import static io.homeport.storage.Bytes.bytes;
import static io.homeport.storage.Bytes.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class MemoryStoreTest extends StoreContractTest {
    @Override
    Store open() {
        return new MemoryStore();
    }

    @Test
    void aManualCommitIsVisibleAtOnceAndDurableAfterTheSync() {
        MemoryStore store = MemoryStore.manual();
        CompletableFuture<Void> commit = store.commit(put("a"));
        CompletableFuture<Void> flush = store.flush();
        assertThat(texts(store.scan(bytes(""), null, 9))).containsExactly("a=1");
        assertThat(commit).isNotDone();
        assertThat(flush).isNotDone();
        store.sync();
        assertThat(commit).isCompleted();
        assertThat(flush).isCompleted();
        assertThat(store.unsynced()).isZero();
    }

    @Test
    void aCrashKeepsWhatWasSyncedAndNothingElse() {
        MemoryStore store = MemoryStore.manual();
        store.commit(put("a"));
        store.sync();
        CompletableFuture<Void> lost = store.commit(put("b"));
        MemoryStore restarted = store.crash();
        assertThat(texts(restarted.scan(bytes(""), null, 9))).containsExactly("a=1");
        assertThat(lost).isNotDone();
        assertThatThrownBy(() -> store.commit(put("c"))).isInstanceOf(StorageException.class);
        assertThat(restarted.commit(put("d"))).isNotDone();
    }

    @Test
    void aDiskMayHaveGotFurtherThanItSaid() {
        MemoryStore store = MemoryStore.manual();
        store.commit(put("a"));
        store.commit(put("b"));
        store.commit(put("c"));
        store.sync(1);
        assertThat(texts(store.crash(1).scan(bytes(""), null, 9))).containsExactly("a=1", "b=1");
    }

    @Test
    void whatACompletedCommitStartsWaitsForTheNextSync() {
        MemoryStore store = MemoryStore.manual();
        List<String> durable = new ArrayList<>();
        store.commit(put("a"))
                .thenRun(() -> {
                    durable.add("a");
                    store.commit(put("c")).thenRun(() -> durable.add("c"));
                });
        store.commit(put("b")).thenRun(() -> durable.add("b"));
        store.sync();
        assertThat(durable).containsExactly("a", "b");
        store.sync();
        assertThat(durable).containsExactly("a", "b", "c");
    }

    @Test
    void onlyAManualStoreCanCrash() {
        assertThatThrownBy(new MemoryStore()::crash).isInstanceOf(IllegalStateException.class);
    }

    private static WriteBatch put(String key) {
        return new WriteBatch().put(bytes(key), bytes("1"));
    }
}
