package io.homeport.gateway;

import io.homeport.broker.Authorization;
import io.homeport.broker.BrokerConnection;
import io.homeport.broker.BrokerStatistics;
import io.homeport.broker.ClientState;
import io.homeport.broker.ConnectionInfo;
import io.homeport.broker.Delivery;
import io.homeport.broker.DisconnectReason;
import io.homeport.broker.Transport;
import io.homeport.core.AccountId;
import io.homeport.core.Message;
import io.homeport.mqtt.MqttPacket;
import io.homeport.mqtt.ReasonCode;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// Accepts every client that may connect and sends each its own messages back. Tells a test what it
/// was told. Thread-safe.
final class EchoBroker implements BrokerPort {
    /// A message to this topic turns reading off until {@link Link#resume}.
    static final String PAUSE = "pause";

    final BlockingQueue<Link> links = new LinkedBlockingQueue<>();

    /// One connection.
    static final class Link implements BrokerConnection {
        final MqttPacket.Connect connect;
        final ConnectionInfo info;
        final Transport transport;
        final BlockingQueue<MqttPacket> packets = new LinkedBlockingQueue<>();
        final BlockingQueue<ReasonCode> protocolErrors = new LinkedBlockingQueue<>();
        final BlockingQueue<DisconnectReason> closed = new LinkedBlockingQueue<>();

        Link(MqttPacket.Connect connect, ConnectionInfo info, Transport transport) {
            this.connect = connect;
            this.info = info;
            this.transport = transport;
        }

        @Override
        public void reauthorize() {}

        @Override
        public void onPacket(MqttPacket packet) {
            packets.add(packet);
            switch (packet) {
                case MqttPacket.PingReq _ -> transport.send(new MqttPacket.PingResp());
                case MqttPacket.Publish publish -> {
                    if (publish.topic().equals(PAUSE)) {
                        transport.reading(false);
                    }
                    transport.deliver(echo(publish));
                }
                case MqttPacket.Disconnect _ -> transport.close();
                default -> {}
            }
        }

        private Delivery echo(MqttPacket.Publish publish) {
            return new Delivery(
                    new Message(
                            info.account(),
                            publish.topic(),
                            publish.payload(),
                            publish.qos().value(),
                            false,
                            publish.properties(),
                            null,
                            0),
                    publish.qos(),
                    false,
                    false,
                    publish.packetId(),
                    0,
                    false,
                    -1,
                    new int[0]);
        }

        void resume() {
            transport.executor().execute(() -> transport.reading(true));
        }

        @Override
        public void onProtocolError(ReasonCode reason, String detail) {
            protocolErrors.add(reason);
            transport.send(MqttPacket.Disconnect.of(reason, null));
            transport.close();
        }

        @Override
        public void onWritable() {}

        @Override
        public void onClosed(DisconnectReason reason) {
            closed.add(reason);
        }

        @Override
        public void disconnect(ReasonCode code, String reasonString, DisconnectReason reason) {
            transport
                    .executor()
                    .execute(() -> transport.send(MqttPacket.Disconnect.of(code, reasonString)));
            transport.close();
        }

        @Override
        public int keepAliveSeconds() {
            return connect.keepAliveSeconds();
        }
    }

    @Override
    public BrokerConnection connect(
            MqttPacket.Connect connect,
            ConnectionInfo info,
            Authorization authorization,
            Transport transport) {
        Link link = new Link(connect, info, transport);
        Authorization.Verdict verdict = authorization.connect(connect);
        transport.send(
                new MqttPacket.ConnAck(
                        false,
                        verdict.allowed() ? ReasonCode.SUCCESS : ReasonCode.NOT_AUTHORIZED,
                        MqttPacket.ConnAckProperties.NONE));
        if (!verdict.allowed()) {
            transport.close();
        }
        links.add(link);
        return link;
    }

    /// The next connection.
    Link link() throws InterruptedException {
        Link link = links.poll(10, TimeUnit.SECONDS);
        if (link == null) {
            throw new AssertionError("no CONNECT reached the broker");
        }
        return link;
    }

    @Override
    public CompletableFuture<Optional<ClientState>> client(AccountId account, String clientId) {
        return CompletableFuture.completedFuture(Optional.empty());
    }

    @Override
    public BrokerStatistics statistics() {
        return new BrokerStatistics(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14);
    }
}
