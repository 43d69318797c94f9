package io.homeport.gateway;

import io.homeport.core.Clock;
import io.netty.util.concurrent.EventExecutor;
import java.util.Map;

/// What all connections of a gateway share. Thread-safe.
///
/// @param duties one for each event loop
record Services(
        GatewaySettings settings,
        BrokerPort broker,
        DeviceDirectory directory,
        Clock clock,
        GatewayMetrics metrics,
        Explanations explanations,
        EventLog log,
        Map<EventExecutor, LoopDuties> duties,
        AddressNames addresses) {

    GatewayLimits limits() {
        return settings.limits();
    }

    LoopDuties duties(EventExecutor loop) {
        LoopDuties found = duties.get(loop);
        if (found == null) {
            throw new IllegalStateException("no event loop of this gateway: " + loop);
        }
        return found;
    }

    /// Tells log and admin API of a connection that ended before the broker saw it.
    void refused(String action, Peer peer, String reason) {
        String from = peer.sourceIp();
        log.connectionRefused(action, from, reason);
        explanations.connectionRefused(action, from, reason);
    }
}
