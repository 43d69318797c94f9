package io.homeport.gateway;

import io.homeport.broker.Authorization;
import io.homeport.broker.BrokerConnection;
import io.homeport.broker.ConnectionInfo;
import io.homeport.broker.Transport;
import io.homeport.core.UserProperty;
import io.homeport.mqtt.MqttPacket;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Shows a client to the broker, with what the gateway knows of it. Stateless; called on the
/// connection's event loop.
final class BrokerEntrance {
    private BrokerEntrance() {}

    static BrokerConnection enter(
            Services services,
            DeviceIdentity identity,
            Peer peer,
            boolean webSocket,
            MqttPacket.Connect connect,
            Transport transport) {
        if (identity.kind() == DeviceIdentity.Kind.ANONYMOUS) {
            return services.broker()
                    .connect(
                            connect,
                            info(services, identity, peer, webSocket, null, List.of()),
                            Authorization.ALL,
                            transport);
        }
        PolicyAuthorization authorization =
                new PolicyAuthorization(
                        services.directory(), identity, peer, services.clock(), connect.clientId());
        DeviceDirectory.Rights rights = authorization.rights();
        return services.broker()
                .connect(
                        connect,
                        info(
                                services,
                                identity,
                                peer,
                                webSocket,
                                rights.thingName(),
                                rights.propagatedProperties()),
                        authorization,
                        transport);
    }

    private static ConnectionInfo info(
            Services services,
            DeviceIdentity identity,
            Peer peer,
            boolean webSocket,
            @Nullable String thingName,
            List<UserProperty> propagated) {
        return new ConnectionInfo(
                identity.account(),
                identity.region(),
                identity.principalId(),
                thingName,
                peer.sourceIp(),
                peer.sourcePort(),
                peer.targetIp(),
                peer.targetPort(),
                webSocket ? services.limits().webSocketLifetime().toSeconds() : 0,
                propagated);
    }
}
