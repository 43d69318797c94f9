package io.homeport.gateway;

import io.homeport.broker.Authorization;
import io.homeport.broker.BrokerConnection;
import io.homeport.broker.BrokerStatistics;
import io.homeport.broker.ClientState;
import io.homeport.broker.ConnectionInfo;
import io.homeport.broker.Transport;
import io.homeport.core.AccountId;
import io.homeport.mqtt.MqttPacket;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/// What the listeners ask of {@link io.homeport.broker.Broker}, with its contract.
interface BrokerPort {
    BrokerConnection connect(
            MqttPacket.Connect connect,
            ConnectionInfo info,
            Authorization authorization,
            Transport transport);

    CompletableFuture<Optional<ClientState>> client(AccountId account, String clientId);

    BrokerStatistics statistics();
}
