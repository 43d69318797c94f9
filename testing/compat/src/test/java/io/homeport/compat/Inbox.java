package io.homeport.compat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// What a client received, in order. Thread-safe.
final class Inbox<T> {
    private static final long SECONDS = 15;

    private final BlockingQueue<T> arrived = new LinkedBlockingQueue<>();

    void add(T item) {
        arrived.add(item);
    }

    /// The next one, waited for.
    T next() throws InterruptedException {
        T item = arrived.poll(SECONDS, TimeUnit.SECONDS);
        if (item == null) {
            throw new AssertionError("nothing arrived in " + SECONDS + " s");
        }
        return item;
    }

    /// As many as asked for.
    List<T> next(int count) throws InterruptedException {
        List<T> items = new ArrayList<>();
        while (items.size() < count) {
            items.add(next());
        }
        return items;
    }
}
