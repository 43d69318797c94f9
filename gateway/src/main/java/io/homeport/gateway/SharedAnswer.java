package io.homeport.gateway;

import io.homeport.aws.ApiRequest;
import io.homeport.aws.ApiResponse;
import io.homeport.core.Timers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// An answer that costs much and is the same for everybody: it is made once for all who ask at
/// about the same time, one at a time, and only so often that it takes a small part of one
/// processor's time. Whoever asks gets one that was begun after that, so never an old one, and
/// waits a little where somebody else has just got one; who waits takes no place of the {@link
/// HttpDesk}. Thread-safe. A connection has one request at a time, so that as many can wait as
/// there were connections within a pause.
final class SharedAnswer {
    private final HttpDesk desk;
    private final Timers timers;
    private final int times;
    private final long longestPauseNanos;
    private final Supplier<ApiResponse> making;
    private final ReentrantLock lock = new ReentrantLock();
    private List<Consumer<ApiResponse>> waiting = new ArrayList<>();
    private boolean underWay;
    private long notBefore = System.nanoTime();

    /// @param times behind one there is a pause of so many times what it took
    /// @param longestPause at most
    /// @param making run on a virtual thread
    SharedAnswer(
            HttpDesk desk,
            Timers timers,
            int times,
            Duration longestPause,
            Supplier<ApiResponse> making) {
        this.desk = desk;
        this.timers = timers;
        this.times = times;
        this.longestPauseNanos = longestPause.toNanos();
        this.making = making;
    }

    /// @param then gets the answer, on any thread
    void ask(ApiRequest request, Consumer<ApiResponse> then) {
        long pauseNanos;
        lock.lock();
        try {
            waiting.add(then);
            if (underWay) {
                return;
            }
            underWay = true;
            pauseNanos = notBefore - System.nanoTime();
        } finally {
            lock.unlock();
        }
        make(request, pauseNanos);
    }

    private void make(ApiRequest request, long pauseNanos) {
        if (pauseNanos > 0) {
            timers.schedule(Duration.ofNanos(pauseNanos), () -> make(request));
        } else {
            make(request);
        }
    }

    private void make(ApiRequest request) {
        List<Consumer<ApiResponse>> asked = new ArrayList<>();
        desk.run(
                request,
                _ -> {
                    take(asked);
                    long begin = System.nanoTime();
                    try {
                        return making.get();
                    } finally {
                        rest(begin);
                    }
                },
                refusal -> refusal,
                answer -> made(request, asked, answer));
    }

    /// From now on, who asks waits for the next.
    private void take(List<Consumer<ApiResponse>> asked) {
        lock.lock();
        try {
            asked.addAll(waiting);
            waiting = new ArrayList<>();
        } finally {
            lock.unlock();
        }
    }

    private void rest(long begin) {
        long end = System.nanoTime();
        lock.lock();
        try {
            boolean longest = end - begin >= longestPauseNanos / times;
            notBefore = end + (longest ? longestPauseNanos : (end - begin) * times);
        } finally {
            lock.unlock();
        }
    }

    private void made(ApiRequest request, List<Consumer<ApiResponse>> asked, ApiResponse answer) {
        if (asked.isEmpty()) {
            // It wasn't begun, since the server is too busy or shuts down.
            take(asked);
        }
        boolean again;
        long pauseNanos;
        lock.lock();
        try {
            again = !waiting.isEmpty();
            underWay = again;
            pauseNanos = notBefore - System.nanoTime();
        } finally {
            lock.unlock();
        }
        if (again) {
            make(request, pauseNanos);
        }
        asked.forEach(then -> then.accept(answer));
    }
}
