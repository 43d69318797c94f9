package io.homeport.broker;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/// From a topic to its subscriptions, by how many there are: one exact filter per device, and a
/// hundred with wildcards. Matches that aren't cached walk 4,096 topics in turn.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {
            "-XX:+UseSerialGC",
            "-XX:+UseCompactObjectHeaders",
            "-Xmx3g",
            "--sun-misc-unsafe-memory-access=allow",
            "--enable-native-access=ALL-UNNAMED"
        })
public class MatchBenchmark {
    private static final int TOPICS = 4096;
    private static final int WILDCARDS = 100;

    @Param({"10", "10000", "1000000"})
    public int subscriptions = 10;

    private final SubscriptionIndex index = new SubscriptionIndex(true);
    private final TopicTrie<Integer> exact = new TopicTrie<>(true);
    private final TopicTrie<Integer> wildcards = new TopicTrie<>(true);
    private final String[] topics = new String[TOPICS];
    private int next;

    @Setup
    public void setUp() {
        for (int i = 0; i < subscriptions; i++) {
            String filter = topic(i);
            exact.put(filter, i, i);
            wildcards.put(filter, i, i);
            index.putHandler(filter, _ -> CompletableFuture.completedFuture(null));
        }
        for (int i = 0; i < WILDCARDS; i++) {
            wildcards.put("fleet/+/lamp-" + i + "/#", i, i);
            wildcards.put("fleet/site-" + i + "/+/telemetry", i, i);
        }
        for (int i = 0; i < TOPICS; i++) {
            topics[i] = topic((int) ((long) i * 7919 % subscriptions));
        }
    }

    private static String topic(int number) {
        return "fleet/site-" + number % 1000 + "/lamp-" + number + "/telemetry";
    }

    private String nextTopic() {
        next = (next + 1) & (TOPICS - 1);
        return topics[next];
    }

    @Benchmark
    public Object cached() {
        return index.match(topics[0]);
    }

    @Benchmark
    public Object cachedOfMany() {
        return index.match(nextTopic());
    }

    @Benchmark
    public void exact(Blackhole hole) {
        exact.match(nextTopic(), hole::consume, Integer.MAX_VALUE);
    }

    @Benchmark
    public void besideWildcards(Blackhole hole) {
        wildcards.match(nextTopic(), hole::consume, Integer.MAX_VALUE);
    }
}
