package io.homeport.bench;

import java.io.PrintWriter;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/// Lines that tell how a run goes. Used by the run's thread.
final class Progress {
    private final PrintWriter out;

    Progress(PrintWriter out) {
        this.out = out;
    }

    void connected(int connections, double seconds) {
        line("%,d connections in %.2f s".formatted(connections, seconds));
    }

    /// While connections are opened.
    void connecting(int ready, int failed, int all) {
        line(
                "connecting: %,d of %,d%s"
                        .formatted(
                                ready, all, failed == 0 ? "" : "  failed %,d".formatted(failed)));
    }

    /// @param phase empty in the measured time
    /// @param brokerCores 0 where it isn't known
    void load(
            String phase,
            double seconds,
            double sentPerSecond,
            double deliveredPerSecond,
            Histogram latencyNanos,
            double brokerCores) {
        line(
                "%4.0f s  sent %,11.0f/s  received %,11.0f/s  p50 %s  p99 %s%s%s"
                        .formatted(
                                seconds,
                                sentPerSecond,
                                deliveredPerSecond,
                                ReportTable.millis(latencyNanos.getValueAtPercentile(50) / 1e3),
                                ReportTable.millis(latencyNanos.getValueAtPercentile(99) / 1e3),
                                cores(brokerCores),
                                phase.isEmpty() ? "" : "  (" + phase + ")"));
    }

    void idle(double seconds, int connections, @Nullable BrokerProcess broker, double brokerCores) {
        line(
                "%4.0f s  %,d connections%s%s"
                        .formatted(
                                seconds,
                                connections,
                                broker == null
                                        ? ""
                                        : "  broker's memory "
                                                + ReportTable.mebibytes(broker.residentBytes()),
                                cores(brokerCores)));
    }

    private static String cores(double brokerCores) {
        return brokerCores == 0 ? "" : "  broker's CPU %.0f %%".formatted(brokerCores * 100);
    }

    private void line(String text) {
        out.println(text);
        out.flush();
    }
}
