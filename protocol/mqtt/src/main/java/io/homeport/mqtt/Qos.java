package io.homeport.mqtt;

/// Quality of Service; the ordinal is the wire value.
public enum Qos {
    AT_MOST_ONCE,
    AT_LEAST_ONCE,
    EXACTLY_ONCE;

    private static final Qos[] BY_VALUE = values();

    /// The QoS of a wire value 0, 1 or 2.
    public static Qos of(int value) {
        return BY_VALUE[value];
    }

    public int value() {
        return ordinal();
    }

    /// The lower of two.
    public Qos min(Qos other) {
        return compareTo(other) <= 0 ? this : other;
    }
}
