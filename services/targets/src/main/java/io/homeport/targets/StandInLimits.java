package io.homeport.targets;

/// How much stand-ins keep; beyond, the oldest goes and is counted. Immutable.
///
/// @param entries per target
/// @param bytes per target
/// @param targets per service, account and region; calls to more are refused
/// @param notifications per subscription of SNS that wait for their receiver
public record StandInLimits(int entries, long bytes, int targets, int notifications) {
    public static final StandInLimits STANDARD =
            new StandInLimits(100_000, 64L << 20, 1_000, 10_000);
}
