package io.homeport.targets;

import io.homeport.core.Clock;
import io.homeport.core.FunctionInvoker;
import io.homeport.core.MessageBus;
import io.homeport.core.Timers;
import io.homeport.core.targets.AwsTargets;
import io.homeport.core.targets.SecretValue;
import io.homeport.core.targets.TargetCall;
import io.homeport.core.targets.TargetScope;
import io.homeport.core.targets.TargetService;
import io.homeport.storage.Database;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// Sends each call to the endpoint that is configured for its service, else to its stand-in.
/// Thread-safe.
public final class TargetsService implements AwsTargets, AutoCloseable {
    private final TargetSettings settings;
    private final StandIns files;
    private final StandInTargets standIns;
    private final StandInView view;
    private final Notifications notifications;
    private final ReentrantLock making = new ReentrantLock();
    private volatile @Nullable SdkTargets sdk;

    /// What it needs of others.
    ///
    /// @param folder where stand-ins keep their files
    /// @param durable whether what a stand-in took survives a power cut
    /// @param random thread-safe
    /// @param workers runs tasks that block; a virtual thread per task will do
    /// @param functions who runs functions that have subscribed to topics
    public record Ports(
            Database database,
            Clock clock,
            Timers timers,
            RandomGenerator random,
            Executor workers,
            MessageBus bus,
            FunctionInvoker functions,
            Path folder,
            boolean durable) {}

    public TargetsService(Ports ports, TargetSettings settings, StandInLimits limits) {
        this.settings = settings;
        this.files = new StandIns(ports.folder, limits, ports.durable);
        this.notifications =
                new Notifications(
                        new Notifications.Parts(
                                ports.database,
                                ports.clock,
                                ports.timers,
                                ports.random,
                                ports.workers,
                                new NotificationChannels(
                                        ports.bus,
                                        ports.functions,
                                        this,
                                        ports.clock,
                                        settings.mail()),
                                limits));
        StandInTables tables = new StandInTables(files);
        this.view = new StandInView(files, tables);
        this.standIns = new StandInTargets(files, tables, ports.clock, notifications);
    }

    /// Goes on with notifications that are left. Blocks.
    public void start() {
        notifications.start();
    }

    @Override
    public void send(TargetScope scope, TargetCall call) {
        of(call).send(scope, call);
    }

    private AwsTargets of(TargetCall call) {
        return call instanceof TargetCall.IndexDocument document
                        && !isAmazons(URI.create(document.endpoint()))
                ? sdk()
                : of(call.service());
    }

    /// A domain of AWS's own is reached where that is configured alone; any other URL as it is.
    private static boolean isAmazons(URI endpoint) {
        return String.valueOf(endpoint.getHost()).endsWith(".amazonaws.com");
    }

    private AwsTargets of(TargetService service) {
        return settings.endpoint(service).isPresent() ? sdk() : standIns;
    }

    private SdkTargets sdk() {
        SdkTargets present = sdk;
        if (present != null) {
            return present;
        }
        making.lock();
        try {
            present = sdk;
            if (present == null) {
                present = new SdkTargets(settings);
                sdk = present;
            }
            return present;
        } finally {
            making.unlock();
        }
    }

    @Override
    public Optional<ObjectNode> item(TargetScope scope, String table, ObjectNode key) {
        return of(TargetService.DYNAMODB).item(scope, table, key);
    }

    @Override
    public byte[] object(TargetScope scope, String bucket, String key, int maximumBytes) {
        return of(TargetService.S3).object(scope, bucket, key, maximumBytes);
    }

    @Override
    public SecretValue secret(TargetScope scope, String secretId) {
        return of(TargetService.SECRETS).secret(scope, secretId);
    }

    @Override
    public ObjectNode predict(TargetScope scope, String modelId, Map<String, String> record) {
        return of(TargetService.MACHINE_LEARNING).predict(scope, modelId, record);
    }

    @Override
    public boolean predicts() {
        return settings.endpoint(TargetService.MACHINE_LEARNING).isPresent();
    }

    /// What stand-ins keep.
    public StandInView standIns() {
        return view;
    }

    /// Who has subscribed to topics of SNS's stand-in.
    public Notifications notifications() {
        return notifications;
    }

    /// Where a service's calls go, for people: a URL, `aws`, or empty where it has a stand-in.
    public Optional<String> endpoint(TargetService service) {
        return settings.endpoint(service)
                .map(endpoint -> endpoint.url() == null ? "aws" : endpoint.url().toString());
    }

    /// Forgets what stand-ins keep; for the test mode.
    public void reset() {
        files.clear();
        notifications.reset();
    }

    @Override
    public void close() {
        notifications.close();
        SdkTargets present = sdk;
        if (present != null) {
            present.close();
        }
    }
}
