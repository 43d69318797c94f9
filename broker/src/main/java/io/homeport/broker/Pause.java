package io.homeport.broker;

/// Why the client isn't read from.
enum Pause {
    CONNECTING,
    UNACKNOWLEDGED,
    THROTTLED,
    /// It subscribes to much, or retained messages are searched for it.
    SUBSCRIBING,
    /// It has many answers to get, which wait for the store.
    ANSWERS,
    /// Those whom it publishes to can't keep up.
    CROWDED,
    /// What it has published goes to many, one after the other.
    FANNING_OUT
}
