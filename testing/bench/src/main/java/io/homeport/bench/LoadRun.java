package io.homeport.bench;

import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/// One run from the first connection to the report. Used by one thread.
final class LoadRun implements AutoCloseable {
    private static final String NUMBER = "{n}";
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration DRAIN_STEP = Duration.ofMillis(100);

    private static final int DRAIN_STEPS_AT_MOST = 600;

    private final BenchSettings settings;
    private final Progress progress;
    private final Fleet fleet;
    private final int run = new SecureRandom().nextInt();
    private final List<Publisher> publishers = new ArrayList<>();
    private final List<LoadLoop> publisherLoops = new ArrayList<>();
    private final List<Subscriber> subscribers = new ArrayList<>();
    private final List<LoadLoop> subscriberLoops = new ArrayList<>();

    /// By subscriber, the checks of the publishers it receives.
    private final List<List<SequenceCheck>> checks = new ArrayList<>();

    /// Connections that are opened at a time where that isn't what is measured.
    private static final int GENTLY = 200;

    private final CountDownLatch never = new CountDownLatch(1);

    LoadRun(BenchSettings settings, Progress progress) {
        this.settings = settings;
        this.progress = progress;
        this.fleet = new Fleet(settings, progress);
    }

    /// Counters at one moment.
    private record Sample(
            long nanos,
            long sent,
            long delivered,
            long ownCpuNanos,
            @Nullable BrokerProcess broker) {}

    /// Runs it.
    ///
    /// @throws BenchFailure where it can't be done
    BenchReport run() {
        Sample before = sample();
        if (settings.mode().sends()) {
            fleet.open(subscribing(), false);
            fleet.open(publishing(), false);
        } else {
            if (settings.reconnect()) {
                fleet.open(idling(), true, GENTLY);
                fleet.breakOff();
                before = sample();
            }
            fleet.open(idling(), true);
        }
        Sample connected = sample();
        progress.connected(fleet.ready(), seconds(before, connected));
        Measured measured =
                switch (settings.mode()) {
                    case P2P, FAN_IN, FAN_OUT, RATE -> load();
                    case CONNECT -> new Measured(before, connected, LatencyRecorder.histogram());
                    case IDLE -> hold(connected);
                };
        return report(before, connected, measured);
    }

    private record Measured(Sample start, Sample end, Histogram latency) {}

    private List<Connection> subscribing() {
        String base = topic();
        List<LoadLoop> all = fleet.loops();
        for (int p = 0; p < settings.publishers(); p++) {
            publisherLoops.add(fleet.loop(p));
        }
        List<Connection> connections = new ArrayList<>();
        for (int s = 0; s < settings.subscribers(); s++) {
            boolean paired = settings.mode().paired();
            LoadLoop loop = fleet.loop(paired ? s : -1 - s);
            List<SequenceCheck> own = new ArrayList<>();
            for (int p = 0; p < (paired ? 1 : settings.publishers()); p++) {
                own.add(new SequenceCheck());
            }
            checks.add(own);
            Subscriber subscriber =
                    new Subscriber(
                            loop,
                            run,
                            settings.payloadBytes(),
                            paired ? s : 0,
                            own,
                            paired ? List.of(publisherLoops.get(s)) : all);
            subscribers.add(subscriber);
            subscriberLoops.add(loop);
            String filter = paired ? base + s : settings.publishers() == 1 ? base + 0 : base + "+";
            connections.add(connection(settings.publishers() + s, filter, loop, subscriber));
        }
        return connections;
    }

    private List<Connection> publishing() {
        List<Connection> connections = new ArrayList<>();
        for (int p = 0; p < settings.publishers(); p++) {
            List<SequenceCheck> receivers = new ArrayList<>();
            if (settings.mode().paired()) {
                receivers.add(checks.get(p).getFirst());
            } else {
                for (List<SequenceCheck> ofSubscriber : checks) {
                    receivers.add(ofSubscriber.get(p));
                }
            }
            PublishTemplate template =
                    new PublishTemplate(
                            settings.version(),
                            settings.qos(),
                            topic() + p,
                            settings.payloadBytes(),
                            run,
                            p);
            LoadLoop loop = publisherLoops.get(p);
            Publisher publisher = new Publisher(loop, template, settings, receivers);
            publishers.add(publisher);
            loop.ask(() -> {
                loop.add(publisher);
                return loop;
            });
            connections.add(connection(p, null, loop, publisher));
        }
        return connections;
    }

    private List<Connection> idling() {
        List<Connection> connections = new ArrayList<>();
        for (int n = 0; n < settings.publishers(); n++) {
            connections.add(connection(n, null, fleet.loop(n), Role.IDLE));
        }
        return connections;
    }

    private Connection connection(int number, @Nullable String filter, LoadLoop loop, Role role) {
        String clientId =
                settings.clientIdPattern()
                        .replace("{run}", HexFormat.of().toHexDigits(run))
                        .replace(NUMBER, String.valueOf(number));
        return new Connection(settings, number, clientId, filter, loop, role, fleet);
    }

    private String topic() {
        return settings.topicPrefix() + "/" + HexFormat.of().toHexDigits(run) + "/";
    }

    private Measured load() {
        for (LoadLoop loop : fleet.loops()) {
            double share =
                    (double) publisherLoops.stream().filter(l -> l == loop).count()
                            / settings.publishers();
            loop.eventLoop().execute(() -> loop.start(settings.ratePerSecond() * share));
        }
        Sample start = watch(sample(), settings.warmup(), "warm-up", LatencyRecorder.histogram());
        Histogram latency = LatencyRecorder.histogram();
        Sample end = watch(start, settings.duration(), "", latency);
        // Awaited: while more is sent, what has arrived since may seem to be all that was sent
        // before.
        fleet.loops().forEach(loop -> loop.eventLoop().submit(loop::stop).awaitUninterruptibly());
        drain();
        return new Measured(start, end, latency);
    }

    /// Waits for some time with a line of progress each second.
    private Sample watch(Sample start, Duration time, String phase, Histogram total) {
        Sample last = start;
        long endNanos = start.nanos() + time.toNanos();
        while (endNanos - System.nanoTime() > 0) {
            long left = endNanos - System.nanoTime();
            pause(left < SECOND.toNanos() * 3 / 2 ? Duration.ofNanos(left) : SECOND);
            Histogram latency = LatencyRecorder.histogram();
            fleet.loops().forEach(loop -> latency.add(loop.takeLatency()));
            total.add(latency);
            Sample now = sample();
            double seconds = seconds(last, now);
            progress.load(
                    phase,
                    seconds(start, now),
                    (now.sent() - last.sent()) / seconds,
                    (now.delivered() - last.delivered()) / seconds,
                    latency,
                    cores(last, now));
            last = now;
            if (fleet.lost() == settings.connections()) {
                throw new BenchFailure(
                        "all connections have ended: " + fleet.reasons().keySet(),
                        "The broker's log says why.");
            }
        }
        return last;
    }

    private void drain() {
        int idle = 0;
        long idleAtMost = Math.max(1, settings.drain().dividedBy(DRAIN_STEP));
        long last = -1;
        for (int step = 0; step < DRAIN_STEPS_AT_MOST && idle < idleAtMost; step++) {
            long sent = total(LoadLoop::sent);
            long delivered = total(LoadLoop::delivered);
            long acknowledged =
                    settings.qos() == Qos.AT_MOST_ONCE ? sent : total(LoadLoop::acknowledged);
            if (delivered >= sent * settings.copies() && acknowledged >= sent) {
                return;
            }
            idle = delivered + acknowledged == last ? idle + 1 : 0;
            last = delivered + acknowledged;
            pause(DRAIN_STEP);
        }
    }

    private Measured hold(Sample connected) {
        Sample last = connected;
        long endNanos = connected.nanos() + settings.duration().toNanos();
        while (endNanos - System.nanoTime() > 0) {
            pause(Duration.ofNanos(Math.min(SECOND.toNanos(), endNanos - System.nanoTime())));
            Sample now = sample();
            progress.idle(
                    seconds(connected, now),
                    fleet.ready() - fleet.lost(),
                    now.broker(),
                    cores(last, now));
            last = now;
        }
        return new Measured(connected, last, LatencyRecorder.histogram());
    }

    private void pause(Duration time) {
        try {
            if (never.await(time.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new IllegalStateException("never has come");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchFailure("the run was interrupted", "", e);
        }
    }

    private Sample sample() {
        return new Sample(
                System.nanoTime(),
                total(LoadLoop::sent),
                total(LoadLoop::delivered),
                ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toNanos(),
                settings.brokerPid() == 0 ? null : BrokerProcess.read(settings.brokerPid()));
    }

    private long total(ToLongFunction<LoadLoop> counter) {
        return fleet.loops().stream().mapToLong(counter).sum();
    }

    private static double seconds(Sample from, Sample to) {
        return (to.nanos() - from.nanos()) / 1e9;
    }

    /// CPU time of the broker, in seconds; 0 where it isn't known.
    private static double brokerCpu(Sample from, Sample to) {
        BrokerProcess before = from.broker();
        BrokerProcess after = to.broker();
        return before == null || after == null ? 0 : (after.cpuNanos() - before.cpuNanos()) / 1e9;
    }

    private static double cores(Sample from, Sample to) {
        return brokerCpu(from, to) / Math.max(1e-9, seconds(from, to));
    }

    private BenchReport report(Sample before, Sample connected, Measured measured) {
        Sample start = measured.start();
        Sample end = measured.end();
        double seconds = seconds(start, end);
        long delivered = end.delivered() - start.delivered();
        long published = end.sent() - start.sent();
        double ownCpu = (end.ownCpuNanos() - start.ownCpuNanos()) / 1e9;
        BenchReport.Messages messages =
                settings.mode().sends()
                        ? new BenchReport.Messages(
                                published,
                                delivered,
                                published / seconds,
                                delivered / seconds,
                                BenchReport.Latency.of(measured.latency()),
                                check(),
                                fleet.loops().stream()
                                        .mapToLong(loop -> loop.ask(loop::skipped))
                                        .sum())
                        : null;
        double connecting = seconds(before, connected);
        return new BenchReport(
                settings.mode().toString(),
                settings.address(),
                settings.tls() != null,
                settings.version() == MqttVersion.MQTT_5 ? "5.0" : "3.1.1",
                settings.qos().ordinal(),
                settings.payloadBytes(),
                settings.publishers(),
                settings.subscribers(),
                seconds,
                messages,
                new BenchReport.Connections(
                        fleet.ready(),
                        fleet.failed(),
                        fleet.lost(),
                        connecting,
                        fleet.ready() / connecting,
                        BenchReport.Latency.of(fleet.connectLatency()),
                        fleet.resumed()),
                broker(before, connected, measured, delivered),
                new BenchReport.Generator(
                        settings.threads(), ownCpu, ownCpu == 0 ? 0 : delivered / ownCpu),
                fleet.reasons());
    }

    private BenchReport.@Nullable Broker broker(
            Sample before, Sample connected, Measured measured, long delivered) {
        BrokerProcess first = before.broker();
        BrokerProcess last = measured.end().broker();
        if (first == null || last == null) {
            return null;
        }
        double cpu = brokerCpu(measured.start(), measured.end());
        return new BenchReport.Broker(
                settings.brokerPid(),
                cpu,
                cpu == 0 ? 0 : delivered / cpu,
                brokerCpu(before, connected),
                first.residentBytes(),
                last.residentBytes(),
                last.peakBytes(),
                (last.residentBytes() - first.residentBytes()) / Math.max(1, fleet.ready()));
    }

    /// Compares what was sent with what came, each counted by its own event loop.
    private BenchReport.Check check() {
        long[] sent = new long[publishers.size()];
        long[] unacknowledgedOf = new long[publishers.size()];
        long unacknowledged = 0;
        long refused = 0;
        long acknowledgementsOutOfOrder = 0;
        long expected = 0;
        for (int p = 0; p < sent.length; p++) {
            Publisher publisher = publishers.get(p);
            long[] counts =
                    publisherLoops
                            .get(p)
                            .ask(() ->
                                    new long[] {
                                        publisher.sent(),
                                        publisher.acknowledged(),
                                        publisher.refused(),
                                        publisher.outOfOrderAcknowledgements()
                                    });
            sent[p] = counts[0];
            expected += counts[0] * settings.copies();
            if (settings.qos() != Qos.AT_MOST_ONCE) {
                unacknowledged += counts[0] - counts[1];
                unacknowledgedOf[p] = counts[0] - counts[1] + counts[2];
            }
            refused += counts[2];
            acknowledgementsOutOfOrder += counts[3];
        }
        long[] sums = new long[6];
        for (int s = 0; s < subscribers.size(); s++) {
            Subscriber subscriber = subscribers.get(s);
            List<SequenceCheck> own = checks.get(s);
            int firstPublisher = settings.mode().paired() ? s : 0;
            long[] found =
                    subscriberLoops
                            .get(s)
                            .ask(() ->
                                    tally(
                                            own,
                                            firstPublisher,
                                            sent,
                                            unacknowledgedOf,
                                            subscriber.foreign()));
            for (int i = 0; i < sums.length; i++) {
                sums[i] += found[i];
            }
        }
        return new BenchReport.Check(
                expected,
                sums[0],
                sums[1],
                settings.qos() == Qos.AT_MOST_ONCE ? 0 : sums[2],
                sums[3],
                sums[4],
                unacknowledged,
                refused,
                acknowledgementsOutOfOrder,
                sums[5]);
    }

    /// Received, lost, lost though acknowledged, duplicates, out of order, foreign.
    private static long[] tally(
            List<SequenceCheck> checks,
            int firstPublisher,
            long[] sent,
            long[] unacknowledged,
            long foreign) {
        long[] sums = new long[6];
        for (int i = 0; i < checks.size(); i++) {
            SequenceCheck check = checks.get(i);
            long lost = check.lost(sent[firstPublisher + i]);
            sums[0] += check.received();
            sums[1] += lost;
            sums[2] += Math.max(0, lost - unacknowledged[firstPublisher + i]);
            sums[3] += check.duplicates();
            sums[4] += check.outOfOrder();
        }
        sums[5] = foreign;
        return sums;
    }

    @Override
    public void close() {
        fleet.close();
    }
}
