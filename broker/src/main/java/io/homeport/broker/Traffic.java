package io.homeport.broker;

import io.homeport.mqtt.MqttPacket;
import org.jspecify.annotations.Nullable;

/// What a connection needs once something goes through it. Most connections of a fleet are silent
/// for most of the time, so it is made with the first packet that needs it. Owned by the
/// connection's event loop.
final class Traffic {
    private static final int WAITING_ANSWERS = 2048;

    final Subscribing subscribing;
    final Deliveries deliveries;
    final Acknowledgements acknowledgements;

    private final Core core;
    private final Connection connection;
    private @Nullable Inbound inbound;

    /// @param connect where the client says what it takes
    Traffic(Core core, Connection connection, Transport transport, MqttPacket.Connect connect) {
        this.core = core;
        this.connection = connection;
        Integer aliases = connect.properties().topicAliasMaximum();
        this.deliveries =
                new Deliveries(
                        core,
                        connection,
                        transport,
                        new Outgoing(
                                transport,
                                connect.version(),
                                maximumPacket(connect),
                                Math.min(
                                        aliases == null ? 0 : aliases,
                                        core.limits.flow().topicAliasMaximum())));
        this.acknowledgements = new Acknowledgements(connection::send, this::answersChanged);
        this.subscribing = new Subscribing(core, connection);
    }

    /// What the client publishes.
    Inbound inbound() {
        Inbound made = inbound;
        if (made == null) {
            made = new Inbound(core, connection);
            inbound = made;
        }
        return made;
    }

    /// A client with many answers to get isn't read from.
    private void answersChanged() {
        int waiting = acknowledgements.size();
        if (waiting >= WAITING_ANSWERS) {
            connection.pause(Pause.ANSWERS, true);
        } else if (waiting <= WAITING_ANSWERS / 2) {
            connection.pause(Pause.ANSWERS, false);
        }
    }

    /// The largest packet that the client takes, in bytes; `Long.MAX_VALUE` for any.
    static long maximumPacket(MqttPacket.Connect connect) {
        Long maximum = connect.properties().maximumPacketSize();
        return maximum == null ? Long.MAX_VALUE : maximum;
    }
}
