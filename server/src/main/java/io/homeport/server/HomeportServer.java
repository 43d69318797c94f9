package io.homeport.server;

import io.homeport.aws.ApiDoor;
import io.homeport.broker.Broker;
import io.homeport.broker.BrokerStatistics;
import io.homeport.core.Clock;
import io.homeport.core.MessageBus;
import io.homeport.core.SystemTimers;
import io.homeport.functions.FunctionsService;
import io.homeport.gateway.Gateway;
import io.homeport.identity.AccessKey;
import io.homeport.rules.RulesService;
import io.homeport.rules.logging.IotLog;
import io.homeport.storage.StorageException;
import io.homeport.storage.Store;
import io.homeport.targets.TargetsService;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A running server. Thread-safe; starting and stopping block.
public final class HomeportServer {
    private static final Logger LOG = LoggerFactory.getLogger(HomeportServer.class);

    private final SystemTimers timers;
    private final Store store;
    private final Broker broker;
    private final RulesService rules;
    private final Gateway gateway;
    private final IotLog iotLog;
    private final FunctionsService functions;
    private final TargetsService targets;
    private final ApiDoor door;
    private final AccessKey administrator;
    private final Endpoints endpoints;
    private final AtomicBoolean stopping = new AtomicBoolean();

    HomeportServer(
            SystemTimers timers,
            Store store,
            Broker broker,
            RulesService rules,
            Gateway gateway,
            IotLog iotLog,
            FunctionsService functions,
            TargetsService targets,
            ApiDoor door,
            AccessKey administrator,
            Endpoints endpoints) {
        this.timers = timers;
        this.store = store;
        this.broker = broker;
        this.rules = rules;
        this.gateway = gateway;
        this.iotLog = iotLog;
        this.functions = functions;
        this.targets = targets;
        this.door = door;
        this.administrator = administrator;
        this.endpoints = endpoints;
    }

    /// Starts everything; returns once all ports listen and `endpoints.json` is written.
    ///
    /// @throws RuntimeException whose message says what is in the way; nothing stays open
    public static HomeportServer start(Settings settings) {
        try {
            return Wiring.start(settings);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Endpoints endpoints() {
        return endpoints;
    }

    /// The access key that may do everything.
    public AccessKey administrator() {
        return administrator;
    }

    /// The operations that are there, for the API map.
    ApiDoor door() {
        return door;
    }

    MessageBus bus() {
        return broker;
    }

    BrokerStatistics statistics() {
        return broker.statistics();
    }

    /// Tells the log when retained messages are all there, where they are too many to be read
    /// before the server listens.
    static void tellOfRetained(Broker broker, Clock clock) {
        CompletableFuture<Void> loaded = broker.retainedLoaded();
        if (loaded.isDone()) {
            return;
        }
        long begin = clock.steadyMillis();
        loaded.whenComplete((_, failure) -> {
            if (failure == null) {
                LOG.atInfo()
                        .addKeyValue("messages", broker.statistics().retainedMessages())
                        .addKeyValue("millis", clock.steadyMillis() - begin)
                        .log("retained.loaded");
            } else {
                LOG.atError()
                        .setCause(failure)
                        .log(
                                "retained.unreadable: a retained message in the store can't be"
                                        + " understood, and subscriptions by wildcard are refused;"
                                        + " start the version that wrote it, or restore a backup");
            }
        });
    }

    /// Takes no more connections, tells MQTT clients, waits for state to be durable, and lets go of
    /// everything. A second call does nothing.
    ///
    /// @param grace how long connections get for their last packets
    public void stop(Duration grace) {
        if (!stopping.compareAndSet(false, true)) {
            return;
        }
        gateway.stopAccepting();
        try {
            broker.shutdown().get(grace.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.atWarn()
                    .setCause(e)
                    .log("shutdown.incomplete: not all state was flushed; the log replays it");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        gateway.stop(grace);
        rules.close();
        functions.close();
        targets.close();
        broker.close();
        iotLog.close();
        timers.close();
        try {
            store.close();
        } catch (StorageException e) {
            LOG.error("the store could not be closed; its log is replayed at the next start", e);
        }
    }
}
