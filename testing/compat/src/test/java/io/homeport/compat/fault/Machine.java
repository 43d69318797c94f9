package io.homeport.compat.fault;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// What an attacker costs others by being on the same machine: no attack at all. And what all
/// attacks are made of.
final class Machine {
    private Machine() {}

    static Attack spin() {
        return on -> {
            while (on.getAsBoolean()) {
                Thread.onSpinWait();
            }
        };
    }

    static Attack loopback() throws IOException {
        ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket from = new Socket(InetAddress.getLoopbackAddress(), listener.getLocalPort());
        InputStream in = listener.accept().getInputStream();
        Thread.ofVirtual()
                .start(() -> {
                    byte[] taken = new byte[65_536];
                    try {
                        while (in.read(taken) >= 0) {
                            // Only the traffic matters.
                        }
                    } catch (IOException e) {
                        // The end.
                    }
                });
        byte[] burst = new byte[16_384];
        return on -> {
            while (on.getAsBoolean()) {
                from.getOutputStream().write(burst);
            }
        };
    }

    /// A part of an attack that has a thread for itself.
    interface Step {
        void run(int number) throws Exception;
    }

    /// Runs a step again and again on some threads, until it is over or the step fails for good.
    static Attack repeat(int threads, Step step) {
        return on -> {
            List<Thread> all =
                    java.util.stream.IntStream.range(0, threads)
                            .mapToObj(i ->
                                    Thread.ofVirtual().start(() -> repeat(on, () -> step.run(i))))
                            .toList();
            for (Thread one : all) {
                one.join();
            }
        };
    }

    /// Runs a step so many times a second, or less often where it takes longer.
    static Attack paced(int perSecond, Step step) {
        return on -> {
            long next = System.nanoTime();
            int number = 0;
            while (on.getAsBoolean()) {
                step.run(number++);
                next = Math.max(next + 1_000_000_000L / perSecond, System.nanoTime() - 1_000_000);
                while (System.nanoTime() < next) {
                    LockSupport.parkNanos(next - System.nanoTime());
                }
            }
        };
    }

    private interface Once {
        void run() throws Exception;
    }

    private static void repeat(BooleanSupplier on, Once step) {
        while (on.getAsBoolean()) {
            try {
                step.run();
            } catch (Exception | AssertionError e) {
                // Cut off, as many attacks have to be: the next begins. Not at once, for a server
                // that is gone.
                LockSupport.parkNanos(1_000_000);
            }
        }
    }

    /// Reads and throws away what a connection gets, from now on.
    static Wire drained(Wire wire) throws IOException {
        wire.patient();
        Thread.ofVirtual().start(wire::discard);
        return wire;
    }
}
