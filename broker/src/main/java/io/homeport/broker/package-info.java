/// The MQTT message broker: sessions, subscriptions, retained messages, wills, shared subscriptions
/// and the QoS state machines, for MQTT 3.1.1 and 5.0. No sockets: a connection is a {@link
/// io.homeport.broker.Transport} that the gateway (or a simulation) hands in.
///
/// A session's state belongs to one event loop at a time, that of its connection; loops hand each
/// other tasks. What a client gets acknowledged is durable first.
@NullMarked
package io.homeport.broker;

import org.jspecify.annotations.NullMarked;
