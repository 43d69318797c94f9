package io.homeport.bench;

import java.util.Arrays;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// What the load looks like.
enum BenchMode {
    /// N publishers, each with a subscriber of its own.
    P2P("p2p"),
    /// N publishers, all of which one subscriber receives.
    FAN_IN("fan-in"),
    /// One publisher whose messages N subscribers receive.
    FAN_OUT("fan-out"),
    /// As {@link #P2P}, at a fixed rate.
    RATE("rate"),
    /// N connections as fast as they come.
    CONNECT("connect"),
    /// N connections that are held.
    IDLE("idle");

    private final String word;

    BenchMode(String word) {
        this.word = word;
    }

    /// Whether messages are sent.
    boolean sends() {
        return this != CONNECT && this != IDLE;
    }

    /// Whether publisher n is received by subscriber n alone.
    boolean paired() {
        return this == P2P || this == RATE;
    }

    @Override
    public String toString() {
        return word;
    }

    static final class Converter implements ITypeConverter<BenchMode> {
        @Override
        public BenchMode convert(String value) {
            for (BenchMode mode : values()) {
                if (mode.word.equalsIgnoreCase(value)) {
                    return mode;
                }
            }
            throw new TypeConversionException(
                    "'%s' is no mode; there are %s"
                            .formatted(
                                    value,
                                    Arrays.stream(values())
                                            .map(BenchMode::toString)
                                            .collect(Collectors.joining(", "))));
        }
    }
}
