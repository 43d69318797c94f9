package io.homeport.gateway;

import io.homeport.core.Clock;
import io.homeport.core.Timers;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import java.util.Map;
import org.slf4j.Logger;

/// What all connections of a gateway share. Thread-safe.
///
/// @param loops where connections stay once they are set up
/// @param duties one for each event loop, also for those of handshakes
record Services(
        GatewaySettings settings,
        BrokerPort broker,
        DeviceDirectory directory,
        AuthorizerDesk authorizerDesk,
        Clock clock,
        Timers timers,
        GatewayMetrics metrics,
        Explanations explanations,
        EventLog log,
        EventLoopGroup loops,
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

    /// A mistake of the server's that ends a connection.
    void failed(Logger log, String what, Peer peer, Throwable cause) {
        metrics.internalErrors.increment();
        log.atError()
                .addKeyValue("sourceIp", peer.sourceIp())
                .setCause(cause)
                .log("{} failed by a mistake of the server; the connection is closed", what);
    }

    /// Tells log and admin API of a connection that ended before the broker saw it.
    void refused(String action, Peer peer, String reason) {
        refused(Explanations.Kind.CONNECTION_REFUSED, action, "", peer, reason);
    }

    /// The same of one whose CONNECT says who it is.
    void refused(Explanations.Kind kind, String action, String clientId, Peer peer, String reason) {
        String from = peer.sourceIp();
        log.connectionRefused(action, clientId, from, reason);
        explanations.connectionRefused(kind, action, clientId, from, reason);
    }
}
