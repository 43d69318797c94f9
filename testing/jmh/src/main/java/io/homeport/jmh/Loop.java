package io.homeport.jmh;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;

/// An event loop without a thread: what is handed in runs when {@link #run} is called. Used by one
/// thread.
final class Loop implements Executor {
    private final Deque<Runnable> tasks = new ArrayDeque<>();

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    /// Runs what waits and what that brings.
    void run() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }
}
