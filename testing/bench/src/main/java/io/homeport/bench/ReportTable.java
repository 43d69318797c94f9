package io.homeport.bench;

import io.homeport.bench.BenchReport.Broker;
import io.homeport.bench.BenchReport.Check;
import io.homeport.bench.BenchReport.Connections;
import io.homeport.bench.BenchReport.Generator;
import io.homeport.bench.BenchReport.Latency;
import io.homeport.bench.BenchReport.Messages;
import java.io.PrintWriter;

/// A report as lines for people.
final class ReportTable {
    private final PrintWriter out;

    private ReportTable(PrintWriter out) {
        this.out = out;
    }

    static void print(BenchReport report, PrintWriter out) {
        new ReportTable(out).print(report);
        out.flush();
    }

    private void print(BenchReport report) {
        out.println();
        row(
                report.mode(),
                "%s  MQTT %s%s  QoS %d  %d bytes  %.1f s"
                        .formatted(
                                report.address(),
                                report.mqtt(),
                                report.tls() ? " over TLS" : "",
                                report.qos(),
                                report.payloadBytes(),
                                report.seconds()));
        Messages messages = report.messages();
        if (messages != null) {
            messages(messages, report);
        }
        connections(report.connections(), messages == null);
        if (report.broker() != null) {
            broker(report.broker(), report);
        }
        Generator generator = report.generator();
        row(
                "generator",
                "CPU %.2f s on %d threads%s"
                        .formatted(
                                generator.cpuSeconds(),
                                generator.threads(),
                                messages == null
                                        ? ""
                                        : "  " + perCpu(generator.deliveriesPerCpuSecond())));
        if (messages != null
                && report.broker() != null
                && !report.mode().equals(BenchMode.RATE.toString())) {
            compare(report.broker(), generator);
        }
        report.problems().forEach((reason, count) -> row("problem", count + " x " + reason));
        row("verdict", verdict(report));
    }

    private void messages(Messages messages, BenchReport report) {
        row(
                "published",
                "%,d  %,.0f/s  by %,d"
                        .formatted(
                                messages.published(),
                                messages.publishedPerSecond(),
                                report.publishers()));
        row(
                "delivered",
                "%,d  %,.0f/s  to %,d"
                        .formatted(
                                messages.delivered(),
                                messages.deliveredPerSecond(),
                                report.subscribers()));
        row("latency", latency(messages.latency()));
        Check check = messages.check();
        row(
                "checked",
                "%,d of %,d received  lost %,d (acknowledged %,d)  duplicates %,d  out of order %,d"
                        .formatted(
                                check.received(),
                                check.expected(),
                                check.lost(),
                                check.lostAcknowledged(),
                                check.duplicates(),
                                check.outOfOrder()));
        if (check.unacknowledged() + check.refused() + check.foreign() > 0) {
            row(
                    "",
                    "unacknowledged %,d  refused %,d  not of this run %,d"
                            .formatted(check.unacknowledged(), check.refused(), check.foreign()));
        }
        if (check.outOfOrderAcknowledgements() > 0) {
            row(
                    "",
                    "acknowledgements out of order %,d"
                            .formatted(check.outOfOrderAcknowledgements()));
        }
        if (messages.skipped() > 0) {
            row(
                    "",
                    "the broker didn't keep up: %,d messages were never sent"
                            .formatted(messages.skipped()));
        }
    }

    private void connections(Connections connections, boolean inFull) {
        row(
                "connections",
                "%,d  failed %,d  lost %,d  %,.0f/s%s"
                        .formatted(
                                connections.ready(),
                                connections.failed(),
                                connections.lost(),
                                connections.perSecond(),
                                connections.resumedTlsSessions() == 0
                                        ? ""
                                        : "  TLS sessions resumed %,d"
                                                .formatted(connections.resumedTlsSessions())));
        if (inFull) {
            row("connect time", latency(connections.latency()));
        }
    }

    private void broker(Broker broker, BenchReport report) {
        if (report.messages() != null) {
            row(
                    "broker",
                    "CPU %.2f s  %s"
                            .formatted(
                                    broker.cpuSeconds(), perCpu(broker.deliveriesPerCpuSecond())));
        } else {
            row(
                    "broker",
                    "CPU %.2f s while connecting  %.2f s in the measured time"
                            .formatted(broker.connectCpuSeconds(), broker.cpuSeconds()));
        }
        row(
                "memory",
                "%s before  %s at the end  %s at its peak%s"
                        .formatted(
                                mebibytes(broker.residentBytesBefore()),
                                mebibytes(broker.residentBytes()),
                                mebibytes(broker.peakBytes()),
                                report.messages() == null
                                        ? "  %.1f KiB per connection"
                                                .formatted(
                                                        broker.residentBytesPerConnection()
                                                                / 1024.0)
                                        : ""));
    }

    /// What the clock's figures rest on.
    private void compare(Broker broker, Generator generator) {
        double brokers = broker.deliveriesPerCpuSecond();
        if (brokers > 0 && generator.deliveriesPerCpuSecond() < 1.5 * brokers) {
            row(
                    "",
                    "a delivery costs the generator nearly as much as the broker: where they share"
                            + " cores, trust the figures per CPU second, not those per second");
        }
    }

    private static String perCpu(double deliveriesPerCpuSecond) {
        return "%,.0f deliveries per CPU second%s"
                .formatted(
                        deliveriesPerCpuSecond,
                        deliveriesPerCpuSecond == 0
                                ? ""
                                : " (%.2f µs each)".formatted(1e6 / deliveriesPerCpuSecond));
    }

    private static String verdict(BenchReport report) {
        if (!report.passed()) {
            return "FAILED";
        }
        Messages messages = report.messages();
        if (messages != null && messages.check().lost() > 0) {
            return "passed; QoS 0 messages were lost, which MQTT allows";
        }
        return "passed";
    }

    private static String latency(Latency latency) {
        return "p50 %s  p90 %s  p99 %s  p99.9 %s  max %s"
                .formatted(
                        millis(latency.p50()),
                        millis(latency.p90()),
                        millis(latency.p99()),
                        millis(latency.p999()),
                        millis(latency.max()));
    }

    /// Microseconds in milliseconds.
    static String millis(double micros) {
        return (micros < 10_000 ? "%.2f ms" : "%,.0f ms").formatted(micros / 1000);
    }

    static String mebibytes(long bytes) {
        return "%,.1f MiB".formatted(bytes / 1024.0 / 1024.0);
    }

    private void row(String name, String text) {
        out.println("%-13s %s".formatted(name, text));
    }
}
