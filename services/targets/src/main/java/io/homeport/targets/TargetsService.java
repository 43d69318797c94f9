package io.homeport.targets;

import io.homeport.core.Clock;
import io.homeport.core.targets.AwsTargets;
import io.homeport.core.targets.SecretValue;
import io.homeport.core.targets.TargetCall;
import io.homeport.core.targets.TargetScope;
import io.homeport.core.targets.TargetService;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import tools.jackson.databind.node.ObjectNode;

/// Sends each call to the endpoint that is configured for its service, else to its stand-in.
/// Thread-safe.
public final class TargetsService implements AwsTargets, AutoCloseable {
    private final TargetSettings settings;
    private final StandIns files;
    private final StandInTargets standIns;
    private final StandInView view;
    private final ReentrantLock making = new ReentrantLock();
    private volatile @Nullable SdkTargets sdk;

    /// What it needs of others.
    ///
    /// @param folder where stand-ins keep their files
    /// @param durable whether what a stand-in took survives a power cut
    public record Ports(Clock clock, Path folder, boolean durable) {}

    public TargetsService(Ports ports, TargetSettings settings, StandInLimits limits) {
        this.settings = settings;
        this.files = new StandIns(ports.folder, limits, ports.durable);
        StandInTables tables = new StandInTables(files);
        this.view = new StandInView(files, tables);
        this.standIns = new StandInTargets(files, tables, ports.clock, (_, _) -> {});
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

    /// The credentials for what is called in AWS's name. Looks for none before they are needed.
    public AwsCredentialsProvider credentials() {
        return sdk().credentials();
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

    /// Where a service's calls go, for people: a URL, `aws`, or empty where it has a stand-in.
    public Optional<String> endpoint(TargetService service) {
        return settings.endpoint(service)
                .map(endpoint -> endpoint.url() == null ? "aws" : endpoint.url().toString());
    }

    /// Forgets what stand-ins keep; for the test mode.
    public void reset() {
        files.clear();
    }

    @Override
    public void close() {
        SdkTargets present = sdk;
        if (present != null) {
            present.close();
        }
    }
}
