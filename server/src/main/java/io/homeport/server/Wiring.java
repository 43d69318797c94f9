package io.homeport.server;

import io.homeport.aws.ApiDoor;
import io.homeport.aws.ApiSettings;
import io.homeport.aws.PageTokens;
import io.homeport.broker.Broker;
import io.homeport.broker.BrokerEvent;
import io.homeport.broker.BrokerLimits;
import io.homeport.core.SystemTimers;
import io.homeport.functions.FunctionLimits;
import io.homeport.functions.FunctionsService;
import io.homeport.gateway.DataPlaneService;
import io.homeport.gateway.EventLog;
import io.homeport.gateway.Explanations;
import io.homeport.gateway.Gateway;
import io.homeport.gateway.GatewayLimits;
import io.homeport.gateway.GatewayPorts;
import io.homeport.gateway.GatewaySettings;
import io.homeport.gateway.TlsMaterial;
import io.homeport.identity.IdentityLimits;
import io.homeport.identity.IdentityPorts;
import io.homeport.identity.IdentityService;
import io.homeport.identity.IdentitySettings;
import io.homeport.identity.LocalAuthority;
import io.homeport.registry.RegistryLimits;
import io.homeport.registry.RegistryService;
import io.homeport.rules.RulesService;
import io.homeport.rules.logging.IotLog;
import io.homeport.rules.logging.LoggingOperations;
import io.homeport.shadow.ShadowLimits;
import io.homeport.shadow.ShadowService;
import io.homeport.storage.Database;
import io.homeport.storage.RocksStore;
import io.homeport.targets.TargetsService;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/// Where all parts of the server are made and handed to each other; it reads from top to bottom.
final class Wiring {
    private Wiring() {}

    /// Builds and starts everything. Where one part fails, those before it are closed again.
    static HomeportServer start(Settings settings) throws IOException {
        Deque<AutoCloseable> opened = new ArrayDeque<>();
        try {
            return start(settings, opened);
        } catch (RuntimeException | IOException e) {
            while (!opened.isEmpty()) {
                try {
                    opened.pop().close();
                } catch (Exception secondary) {
                    e.addSuppressed(secondary);
                }
            }
            throw e;
        }
    }

    private static HomeportServer start(Settings settings, Deque<AutoCloseable> opened)
            throws IOException {
        // Time, keys and the store.
        SystemTimers timers = new SystemTimers();
        opened.push(timers);
        RocksStore store =
                RocksStore.open(
                        settings.dataDir().resolve("store"),
                        io.homeport.storage.Settings.DEFAULT.withDurability(settings.durability()));
        opened.push(store);
        Endpoints.remove(settings.dataDir());
        // After the store, whose lock keeps a second server from renewing the first one's
        // certificate.
        LocalAuthority authority =
                LocalAuthority.open(settings.dataDir(), settings.hostNames(), timers);
        Database database = new Database(store);
        SecureRandom random = new SecureRandom();

        // The broker, whose events explain what happened.
        Explanations explanations = new Explanations(timers);
        EventLog log = new EventLog();
        Later<RegistryService> registryLater = new Later<>();
        IotLog iotLog =
                LogWiring.log(settings, database, timers, () -> registryLater.get().views());
        opened.push(iotLog);
        BrokerEvent.Listener accountLog = new LogEvents(iotLog);
        BrokerEvent.Listener events =
                event -> {
                    explanations.onEvent(event);
                    log.onEvent(event);
                    accountLog.onEvent(event);
                };
        BrokerLimits brokerLimits = BrokerLimits.of(settings.profile());
        Broker broker = new Broker(store, timers, timers, random, brokerLimits, events);
        broker.start();
        HomeportServer.tellOfRetained(broker, timers);
        opened.push(broker);

        // The services. Registry and identity ask each other, so one of them is known later.
        Later<IdentityService> identityLater = new Later<>();
        Later<RulesService> rulesLater = new Later<>();
        Later<FunctionsService> functionsLater = new Later<>();
        Later<Endpoints> endpointsLater = new Later<>();
        RegistryService registry =
                new RegistryService(
                        new RegistryService.Ports(
                                database,
                                timers,
                                random,
                                new PageTokens(authority.pageTokenKey()),
                                broker,
                                (account, region, arn) ->
                                        identityLater.get().principalExists(account, region, arn),
                                arn ->
                                        identityLater.get().taggable(arn)
                                                || rulesLater.get().taggable(arn),
                                (account, region, type) -> address(endpointsLater.get(), type),
                                (transaction, account, region, arn) ->
                                        identityLater
                                                .get()
                                                .groupDeleted(transaction, account, region, arn),
                                () -> identityLater.get().deviceRights().thingsChanged()),
                        RegistryLimits.of(settings.profile()));
        registryLater.set(registry);
        IdentityService identity =
                new IdentityService(
                        database,
                        timers,
                        authority,
                        new IdentitySettings(
                                settings.account(),
                                settings.region(),
                                IdentityLimits.of(settings.profile())),
                        new IdentityPorts(
                                new RegistryThings(registry.views()),
                                new RegistryTags(registry.tags()),
                                broker,
                                (call, patience) ->
                                        functionsLater.get().invoker().invoke(call, patience),
                                Executors.newVirtualThreadPerTaskExecutor(),
                                (account, action, resource, reason) ->
                                        explanations.onEvent(
                                                new BrokerEvent.Denied(
                                                        account, "", action, resource, reason))));
        identityLater.set(identity);
        ShadowService shadows =
                new ShadowService(
                        new ShadowService.Ports(
                                database,
                                timers,
                                timers,
                                new PageTokens(authority.pageTokenKey()),
                                broker,
                                task -> Thread.ofVirtual().name("shadow").start(task)),
                        settings.account(),
                        settings.region(),
                        ShadowLimits.of(settings.profile()));
        opened.push(shadows);
        // Functions, which other services call through its invoker.
        FunctionsService functions =
                new FunctionsService(
                        new FunctionsService.Ports(
                                database,
                                timers,
                                timers.machineClock(),
                                timers,
                                random,
                                new PageTokens(authority.pageTokenKey()),
                                settings.dataDir().resolve("functions"),
                                FunctionVariables.searchPath(),
                                new FunctionVariables(
                                        endpointsLater::get,
                                        authority.administratorKey(),
                                        identity.roleSessions(),
                                        timers),
                                (account, region, function, version) ->
                                        FunctionPages.codeUrl(
                                                endpointsLater.get(),
                                                account,
                                                region,
                                                function,
                                                version)),
                        FunctionLimits.of(settings.profile()));
        functionsLater.set(functions);
        opened.push(functions);
        TargetsService targets =
                TargetsWiring.targets(
                        settings, database, timers, random, broker, functions.invoker());
        opened.push(targets);
        PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        RulesService rules =
                RulesWiring.rules(
                        settings.profile(),
                        store,
                        database,
                        timers,
                        timers,
                        random,
                        new PageTokens(authority.pageTokenKey()),
                        broker,
                        new RegistryTags(registry.tags()),
                        shadows.views(),
                        functions.invoker(),
                        registry,
                        targets,
                        () -> endpointsLater.get().apiUrl(),
                        settings.targets()::credentials,
                        timers.machineClock(),
                        iotLog,
                        new RuleMetrics(meters));
        rulesLater.set(rules);
        opened.push(rules);

        // The API door and the listeners.
        StoreMetrics.register(meters, store);
        ShadowMetrics.register(meters, shadows);
        FunctionMetrics.register(meters, functions);
        RuleMetrics.registerTotals(meters, rules);
        ApiDoor door =
                new ApiDoor(
                        new ApiSettings(
                                settings.account(), settings.region(), settings.anyCredentials()),
                        timers.machineClock(),
                        identity.credentials(),
                        identity.callAuthorization(),
                        new ApiMetrics(meters));
        registry.register(door);
        identity.register(door);
        identity.registerRaw(door);
        shadows.register(door);
        functions.register(door);
        rules.register(door);
        new LoggingOperations(iotLog, new PageTokens(authority.pageTokenKey())).register(door);
        DeviceRightsDirectory directory =
                new DeviceRightsDirectory(identity, settings.anyCredentials());
        TlsMaterial tls =
                new TlsMaterial(
                        Files.readString(authority.serverCertificateFile()),
                        Files.readString(authority.serverKeyFile()));
        IdentityAuthorizers authorizers =
                new IdentityAuthorizers(identity.authorizers(), identity.domains());
        Gateway gateway =
                new Gateway(
                        gatewaySettings(settings, brokerLimits),
                        new Gateway.Ports(
                                broker,
                                door,
                                directory,
                                authorizers,
                                authorizers.material(tls),
                                timers,
                                timers,
                                meters,
                                explanations,
                                log));
        DataPlaneService dataPlane =
                new DataPlaneService(
                        broker,
                        directory,
                        explanations,
                        new PageTokens(authority.pageTokenKey()),
                        timers,
                        brokerLimits.maximumPayloadBytes());
        dataPlane.register(door);
        dataPlane.registerRaw(door);
        if (settings.testMode()) {
            AdminOperations.registerTestMode(
                    gateway,
                    timers,
                    store::delaySyncs,
                    () -> {
                        store.delaySyncs(Duration.ZERO);
                        broker.reset().join();
                        registry.reset();
                        rules.reset();
                        iotLog.reset();
                        identity.reset();
                        shadows.reset();
                        functions.reset();
                        targets.reset();
                        explanations.clear();
                    });
        } else {
            AdminOperations.refuseTestMode(gateway);
        }
        RulesWiring.report(gateway, rules);
        LogWiring.page(gateway, iotLog);
        iotLog.start();
        TargetPages.register(gateway, targets, settings.account(), settings.region());
        targets.start();
        rules.start();
        UserOperations.register(gateway, identity.apiUsers(), settings.account());
        RoleOperations.register(gateway, identity.roles(), settings.account());
        ServerCertificateOperations.register(
                gateway, identity.domains(), settings.account(), settings.region());
        FunctionPages.register(gateway, functions, settings.account(), settings.region());
        GatewayPorts ports = gateway.start();
        opened.push(() -> gateway.stop(Duration.ZERO));
        Endpoints endpoints = AwsProfile.write(settings, ports, authority);
        endpointsLater.set(endpoints);
        functions.start();
        endpoints.write(settings.dataDir());
        return new HomeportServer(
                timers,
                store,
                broker,
                rules,
                gateway,
                iotLog,
                functions,
                targets,
                door,
                authority.administratorKey(),
                endpoints);
    }

    private static GatewaySettings gatewaySettings(Settings settings, BrokerLimits limits) {
        return new GatewaySettings(
                settings.apiBindAddress(),
                settings.apiPort(),
                settings.bindAddress(),
                settings.mqttsPort(),
                settings.httpsPort(),
                "127.0.0.1",
                settings.mqttPort(),
                settings.anonymous(),
                settings.eventLoops(),
                settings.account(),
                settings.region(),
                GatewayLimits.STANDARD
                        .forBroker(limits)
                        .withMaximumConnections(settings.maxConnections()));
    }

    /// MQTT endpoints are bare host names as AWS IoT's are, because device SDKs add the port; those
    /// of HTTPS services name the port where it isn't 443.
    private static String address(
            Endpoints endpoints, io.homeport.registry.Endpoints.EndpointType type) {
        String https =
                endpoints.httpsPort() == 443
                        ? endpoints.host()
                        : endpoints.host() + ":" + endpoints.httpsPort();
        return switch (type) {
            case DATA, DATA_ATS -> endpoints.host();
            case CREDENTIAL_PROVIDER, JOBS -> https;
        };
    }

    /// A part that is made after those that call it.
    private static final class Later<T> {
        private volatile @Nullable T part;

        void set(T made) {
            part = made;
        }

        T get() {
            T made = part;
            if (made == null) {
                throw new IllegalStateException("the server is still starting");
            }
            return made;
        }
    }
}
