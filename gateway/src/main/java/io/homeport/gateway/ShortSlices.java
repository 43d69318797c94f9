package io.homeport.gateway;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Asks Linux for short time slices for event loops. A thread that wants to run for 0.1 ms at a
/// time is run as soon as it is woken, where the scheduler's default of a few milliseconds lets it
/// wait for a busy neighbour to end its slice: compilers, another program. It gets no more of the
/// processors, and needs no privilege. Linux 6.12 and newer heed it, older ones ignore it.
/// `sched_setattr(2)`: "sched_runtime" of a thread of SCHED_OTHER.
///
/// See `docs/decisions/0016-short-slices.md`. Thread-safe.
final class ShortSlices {
    private static final Logger LOG = LoggerFactory.getLogger(ShortSlices.class);

    /// The shortest that Linux takes.
    static final long NANOS = 100_000;

    private static final int SCHED_OTHER = 0;
    private static final int ATTR_BYTES = 48;
    private static final int POLICY_AT = 4;
    private static final int RUNTIME_AT = 24;

    /// The numbers of `sched_setattr`; that of `sched_getattr` is the next one.
    private static final Map<String, Long> SET_NUMBERS = Map.of("amd64", 314L, "aarch64", 274L);

    private final MethodHandle call;
    private final long set;

    private ShortSlices(MethodHandle call, long set) {
        this.call = call;
        this.set = set;
    }

    /// Asks for each of these threads, each of which runs what it is given. Returns at once: to
    /// find the system call takes tens of milliseconds.
    static void askLater(Iterable<? extends Executor> threads) {
        Thread.ofVirtual()
                .name("short-slices")
                .start(() -> {
                    ShortSlices slices = find();
                    if (slices != null) {
                        slices.askEach(threads);
                    }
                });
    }

    /// A thread that takes nothing any more is left out: the server may be stopped meanwhile.
    void askEach(Iterable<? extends Executor> threads) {
        for (Executor thread : threads) {
            try {
                thread.execute(this::ask);
            } catch (RejectedExecutionException e) {
                LOG.debug("an event loop has ended before it could ask for short time slices", e);
            }
        }
    }

    /// Null where this isn't Linux on a processor known here.
    @SuppressWarnings("restricted")
    static @Nullable ShortSlices find() {
        Long set = SET_NUMBERS.get(System.getProperty("os.arch"));
        if (set == null || !System.getProperty("os.name").equals("Linux")) {
            return null;
        }
        Linker linker = Linker.nativeLinker();
        MethodHandle call =
                linker.downcallHandle(
                        linker.defaultLookup().findOrThrow("syscall"),
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_INT,
                                ValueLayout.ADDRESS,
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_INT),
                        Linker.Option.firstVariadicArg(1));
        return new ShortSlices(call, set);
    }

    /// Asks for the calling thread. Nothing changes where the system refuses.
    void ask() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = attributes(arena);
            if (attributes == null
                    || attributes.get(ValueLayout.JAVA_INT, POLICY_AT) != SCHED_OTHER) {
                return;
            }
            attributes.set(ValueLayout.JAVA_LONG, RUNTIME_AT, NANOS);
            if (call(set, attributes, 0) != 0) {
                LOG.debug("the system refuses short time slices");
            }
        }
    }

    /// The slice of the calling thread, in nanoseconds; 0 where the system doesn't tell.
    long nanos() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = attributes(arena);
            return attributes == null ? 0 : attributes.get(ValueLayout.JAVA_LONG, RUNTIME_AT);
        }
    }

    private @Nullable MemorySegment attributes(Arena arena) {
        MemorySegment attributes = arena.allocate(ATTR_BYTES, Long.BYTES);
        return call(set + 1, attributes, ATTR_BYTES) == 0 ? attributes : null;
    }

    /// @param third the flags of `sched_setattr`, the size for `sched_getattr`, whose flags are 0
    private long call(long number, MemorySegment attributes, int third) {
        try {
            return (long) call.invokeExact(number, 0, attributes, third, 0);
        } catch (Throwable e) {
            throw new IllegalStateException("a system call can't be made", e);
        }
    }
}
