package io.homeport.broker;

import java.util.concurrent.atomic.LongAdder;

/// What the broker counts. Thread-safe.
final class Counters {
    final LongAdder connections = new LongAdder();
    final LongAdder queuedMessages = new LongAdder();
    final LongAdder publishesReceived = new LongAdder();
    final LongAdder messagesDelivered = new LongAdder();
    final LongAdder messagesDropped = new LongAdder();
    final LongAdder publishesSlowed = new LongAdder();
    final LongAdder publishesSliced = new LongAdder();
    final LongAdder connectsAccepted = new LongAdder();
    final LongAdder connectsRefused = new LongAdder();
    final LongAdder protocolErrors = new LongAdder();
    final LongAdder denials = new LongAdder();
}
