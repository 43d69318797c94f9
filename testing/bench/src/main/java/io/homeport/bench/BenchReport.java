package io.homeport.bench;

import java.util.Map;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/// What a run found: the JSON that `--json` writes. Immutable. Rates and CPU times are those of the
/// measured time, without warm-up; what was lost, duplicated or out of order is of the whole run.
///
/// @param mode the mode's word
/// @param seconds the measured time
/// @param messages null in the modes that send none
/// @param broker null without a pid
record BenchReport(
        String mode,
        String address,
        boolean tls,
        String mqtt,
        int qos,
        int payloadBytes,
        int publishers,
        int subscribers,
        double seconds,
        @Nullable Messages messages,
        Connections connections,
        @Nullable Broker broker,
        Generator generator,
        Map<String, Integer> problems) {

    /// @param published messages sent, in the measured time
    /// @param delivered messages received, in the measured time; each subscriber's counts
    /// @param skipped messages of a fixed rate that could not be sent, because the broker held
    ///   their publishers up
    record Messages(
            long published,
            long delivered,
            double publishedPerSecond,
            double deliveredPerSecond,
            Latency latency,
            Check check,
            long skipped) {}

    /// From send to receipt, in microseconds.
    record Latency(double p50, double p90, double p99, double p999, double max) {
        static Latency of(Histogram nanos) {
            return new Latency(
                    micros(nanos.getValueAtPercentile(50)),
                    micros(nanos.getValueAtPercentile(90)),
                    micros(nanos.getValueAtPercentile(99)),
                    micros(nanos.getValueAtPercentile(99.9)),
                    micros(nanos.getMaxValue()));
        }

        private static double micros(long nanos) {
            return Math.round(nanos / 100.0) / 10.0;
        }
    }

    /// @param expected deliveries that all messages sent add up to
    /// @param received different messages that came
    /// @param lost messages that never came
    /// @param lostAcknowledged those of them that the broker had acknowledged without a refusal; 0
    ///   at QoS 0
    /// @param duplicates messages that came again
    /// @param outOfOrder messages that came after a later one of the same publisher
    /// @param unacknowledged messages never acknowledged; 0 at QoS 0
    /// @param refused messages that were acknowledged with an error
    /// @param foreign messages that this run didn't send, or that came damaged
    record Check(
            long expected,
            long received,
            long lost,
            long lostAcknowledged,
            long duplicates,
            long outOfOrder,
            long unacknowledged,
            long refused,
            long outOfOrderAcknowledgements,
            long foreign) {}

    /// @param lost connections that ended by themselves after they were ready
    /// @param seconds from the first attempt to the last readiness
    /// @param latency from attempt to readiness
    record Connections(
            int ready,
            int failed,
            int lost,
            double seconds,
            double perSecond,
            Latency latency,
            long resumedTlsSessions) {}

    /// The process given by its pid.
    ///
    /// @param cpuSeconds CPU time in the measured time; while connecting in the mode connect
    /// @param deliveriesPerCpuSecond 0 in the modes that send none
    /// @param connectCpuSeconds CPU time until all connections were ready
    /// @param residentBytesBefore before the first connection
    /// @param residentBytes at the end of the measured time
    /// @param residentBytesPerConnection what connections (and the load) added
    record Broker(
            long pid,
            double cpuSeconds,
            double deliveriesPerCpuSecond,
            double connectCpuSeconds,
            long residentBytesBefore,
            long residentBytes,
            long peakBytes,
            long residentBytesPerConnection) {}

    /// This process.
    ///
    /// @param deliveriesPerCpuSecond what the generator itself can do; a broker's figure near it
    ///   would say more about the generator
    record Generator(int threads, double cpuSeconds, double deliveriesPerCpuSecond) {}

    /// Whether the broker kept its promises: nothing acknowledged lost, order kept, at QoS 2 no
    /// duplicates, no connection failed or lost.
    boolean passed() {
        if (connections.failed() > 0 || connections.lost() > 0) {
            return false;
        }
        return messages == null
                || (messages.check().lostAcknowledged() == 0
                        && messages.check().outOfOrder() == 0
                        && messages.check().unacknowledged() == 0
                        && messages.check().refused() == 0
                        && messages.check().foreign() == 0
                        && (qos < 2 || messages.check().duplicates() == 0));
    }
}
