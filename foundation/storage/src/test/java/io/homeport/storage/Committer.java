package io.homeport.storage;

import static io.homeport.storage.Bytes.bytes;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.concurrent.Semaphore;

/// The program of {@link RocksStoreProcessTest}'s child processes. Prints what happens, a line
/// each, until it is killed.
final class Committer {
    private static final PrintStream OUT = System.out;

    private Committer() {}

    public static void main(String[] arguments) {
        Path directory = Path.of(arguments[1]);
        switch (arguments[0]) {
            case "numbers" -> numbers(directory, Integer.parseInt(arguments[2]));
            case "fill" -> fill(directory);
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    /// Commits number after number, many at a time, and prints each once it is durable.
    private static void numbers(Path directory, int first) {
        RocksStore store = RocksStore.open(directory, Settings.DEFAULT);
        Semaphore inFlight = new Semaphore(100);
        for (int i = first; ; i++) {
            int number = i;
            inFlight.acquireUninterruptibly();
            WriteBatch batch = new WriteBatch();
            batch.put(bytes("a/%08d".formatted(i)), bytes("" + i));
            batch.put(bytes("b/%08d".formatted(i)), new byte[i % 2_000]);
            store.commit(batch)
                    .thenRun(() -> {
                        OUT.print(number + "\n");
                        OUT.flush();
                        inFlight.release();
                    });
        }
    }

    /// Writes more than a file may hold here: `refused` when the store takes no more, and `durable
    /// n` for each value that it took, before and after.
    private static void fill(Path directory) {
        Settings largeLog =
                new Settings(
                        Settings.DEFAULT.durability(),
                        Settings.DEFAULT.relaxedWindow(),
                        1 << 20,
                        128 << 20,
                        64,
                        256 << 20);
        try (RocksStore store = RocksStore.open(directory, largeLog)) {
            boolean refused = false;
            int left = 3;
            for (int i = 0; left > 0; i++) {
                try {
                    store.commit(new WriteBatch().put(bytes("v" + i), new byte[2_000_000])).join();
                    OUT.print("durable " + i + "\n");
                    left -= refused ? 1 : 0;
                } catch (StorageException e) {
                    if (!refused) {
                        OUT.print("refused " + e.getMessage() + "\n");
                    }
                    refused = true;
                    Thread.onSpinWait();
                }
            }
        }
        OUT.print("closed\n");
        OUT.flush();
    }
}
