package io.homeport.broker;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;

/// An event loop that runs when a test says so. Used by one thread.
final class TestLoop implements Executor {
    private final Deque<Runnable> tasks = new ArrayDeque<>();

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    /// Runs what waits and what that brings; false where there was nothing.
    boolean run() {
        boolean any = false;
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            any = true;
            task.run();
        }
        return any;
    }

    boolean runOne() {
        Runnable task = tasks.poll();
        if (task != null) {
            task.run();
        }
        return task != null;
    }

    void clear() {
        tasks.clear();
    }
}
