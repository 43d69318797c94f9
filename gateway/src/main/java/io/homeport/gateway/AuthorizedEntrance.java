package io.homeport.gateway;

import io.homeport.broker.BrokerConnection;
import io.homeport.broker.DisconnectReason;
import io.homeport.core.Timers;
import io.homeport.mqtt.MqttPacket;
import io.homeport.mqtt.ReasonCode;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Lets one MQTT client in as a custom authorizer says, stands between it and the broker from then
/// on, and asks again when it is time. Owned by the connection's event loop, except where the
/// broker's connection is thread-safe.
///
/// AWS IoT developer guide, "Defining your Lambda function": the policies hold until the refresh,
/// the time to disconnect is set once, and what fails while refreshing ends the connection.
final class AuthorizedEntrance implements BrokerConnection {
    private static final Logger LOG = LoggerFactory.getLogger(AuthorizedEntrance.class);

    /// Where the server has no time for a refresh.
    private static final Duration TRY_AGAIN = Duration.ofSeconds(30);

    private static final int TRIES = 5;

    /// They are kept for the refresh, for as long as the connection lasts.
    private static final int MOST_CREDENTIALS = 16 * 1024;

    private final Services services;
    private final ClientAuthorizers.Credentials credentials;
    private final MqttPacket.Connect connect;
    private final boolean webSocket;
    private final Peer peer;
    private final MqttConnection transport;
    private final Executor loop;
    private volatile @Nullable BrokerConnection broker;
    private @Nullable PolicyAuthorization authorization;
    private Timers.@Nullable Timer timer;
    private int busy;
    private boolean closed;

    AuthorizedEntrance(
            Services services,
            MqttEntry entry,
            MqttPacket.Connect connect,
            Peer peer,
            MqttConnection transport) {
        this.services = services;
        this.credentials =
                Objects.requireNonNull(entry.proof())
                        .with(
                                new ClientAuthorizers.Mqtt(
                                        connect.userName(),
                                        connect.password(),
                                        connect.clientId()));
        this.connect = connect;
        this.webSocket = entry.webSocket();
        this.peer = peer;
        this.transport = transport;
        this.loop = transport.executor();
    }

    /// Asks the authorizer, and tells the connection.
    void begin() {
        if (credentials.size() > MOST_CREDENTIALS) {
            judged(
                    new ClientAuthorizers.Answer.Refused(
                            ClientAuthorizers.Why.UNAUTHENTICATED,
                            "the credentials are larger than " + MOST_CREDENTIALS + " bytes"));
            return;
        }
        MqttPacket.Will will = connect.will();
        ask(credentials.size() + (will == null ? 0 : will.payload().length), this::judged);
    }

    private void ask(long held, Consumer<ClientAuthorizers.Answer> then) {
        services.authorizerDesk()
                .ask(credentials, held, answer -> onLoop(() -> then.accept(answer)));
    }

    private void judged(ClientAuthorizers.Answer answer) {
        if (!transport.authorizing()) {
            return;
        }
        switch (answer) {
            case ClientAuthorizers.Answer.Granted granted -> {
                try {
                    transport.admitted(this);
                    enter(granted);
                } catch (RuntimeException | AssertionError e) {
                    services.failed(LOG, "entering by a custom authorizer", peer, e);
                    transport.close();
                }
            }
            case ClientAuthorizers.Answer.Refused refused -> {
                services.refused(
                        Explanations.Kind.CONNECT_REFUSED,
                        "iot:Connect",
                        connect.clientId(),
                        peer,
                        refused.reason());
                transport.turnAway(refused.why().code(), refused.why().told());
            }
        }
    }

    private void enter(ClientAuthorizers.Answer.Granted granted) {
        PolicyAuthorization judge =
                new PolicyAuthorization(
                        services.directory(),
                        granted.identity(),
                        peer,
                        services.clock(),
                        connect.clientId());
        authorization = judge;
        broker =
                BrokerEntrance.enter(
                        services,
                        granted.identity(),
                        judge,
                        peer,
                        lifetime(granted.lifetime()),
                        connect,
                        transport);
        refreshLater(granted.refreshAfter());
    }

    private BrokerEntrance.Lifetime lifetime(Duration granted) {
        Duration ofWebSocket = services.limits().webSocketLifetime();
        return webSocket && ofWebSocket.compareTo(granted) < 0
                ? BrokerEntrance.Lifetime.ofWebSocket(services)
                : new BrokerEntrance.Lifetime(granted, DisconnectReason.CUSTOMAUTH_TTL_EXPIRATION);
    }

    private void refreshLater(@Nullable Duration after) {
        if (after != null && !closed) {
            timer = services.timers().schedule(after, () -> onLoop(() -> ask(0, this::refreshed)));
        }
    }

    private void refreshed(ClientAuthorizers.Answer answer) {
        PolicyAuthorization judge = authorization;
        if (closed || judge == null) {
            return;
        }
        switch (answer) {
            case ClientAuthorizers.Answer.Granted granted -> {
                busy = 0;
                if (judge.become(granted.identity())) {
                    reauthorize();
                    refreshLater(granted.refreshAfter());
                } else {
                    end(ClientAuthorizers.Why.FAILED, "the principalId isn't what it was");
                }
            }
            case ClientAuthorizers.Answer.Refused(ClientAuthorizers.Why why, String reason) -> {
                busy++;
                if (why == ClientAuthorizers.Why.BUSY && busy < TRIES) {
                    refreshLater(TRY_AGAIN);
                } else {
                    end(why, reason);
                }
            }
        }
    }

    private void end(ClientAuthorizers.Why why, String reason) {
        services.refused(
                Explanations.Kind.DISCONNECTED, "refresh", connect.clientId(), peer, reason);
        disconnect(ReasonCode.NOT_AUTHORIZED, why.told(), DisconnectReason.AUTH_ERROR);
    }

    private void onLoop(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.trace("the loop has ended, and with it the connection", e);
        }
    }

    private BrokerConnection broker() {
        return Objects.requireNonNull(broker, "not let in yet");
    }

    @Override
    public void onPacket(MqttPacket packet) {
        broker().onPacket(packet);
    }

    @Override
    public void onProtocolError(ReasonCode reason, String detail) {
        broker().onProtocolError(reason, detail);
    }

    @Override
    public void onWritable() {
        broker().onWritable();
    }

    @Override
    public void onClosed(DisconnectReason reason) {
        closed = true;
        if (timer != null) {
            timer.cancel();
        }
        broker().onClosed(reason);
    }

    @Override
    public void disconnect(ReasonCode code, String reasonString, DisconnectReason reason) {
        broker().disconnect(code, reasonString, reason);
    }

    @Override
    public void reauthorize() {
        broker().reauthorize();
    }

    @Override
    public int keepAliveSeconds() {
        return broker().keepAliveSeconds();
    }
}
