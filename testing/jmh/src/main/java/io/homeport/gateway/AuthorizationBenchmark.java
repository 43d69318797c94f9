package io.homeport.gateway;

import io.homeport.broker.Authorization;
import io.homeport.core.AccountId;
import io.homeport.policy.PolicyContext;
import io.homeport.policy.PolicyDocument;
import io.homeport.policy.PolicySet;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// Whether a device may publish, by the policy that AWS's own examples give to fleets: topics with
/// the device's thing in them.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {
            "-XX:+UseSerialGC",
            "-XX:+UseCompactObjectHeaders",
            "-Xmx3g",
            "--sun-misc-unsafe-memory-access=allow",
            "--enable-native-access=ALL-UNNAMED"
        })
public class AuthorizationBenchmark {
    private static final String POLICY =
            """
            {"Version":"2012-10-17","Statement":[
             {"Effect":"Allow","Action":"iot:Connect",
              "Resource":"arn:aws:iot:us-east-1:000000000000:client/${iot:Connection.Thing.ThingName}"},
             {"Effect":"Allow","Action":["iot:Publish","iot:Receive"],"Resource":[
              "arn:aws:iot:us-east-1:000000000000:topic/fleet/*/${iot:Connection.Thing.ThingName}/*",
              "arn:aws:iot:us-east-1:000000000000:topic/$aws/things/${iot:Connection.Thing.ThingName}/*"]},
             {"Effect":"Allow","Action":"iot:Subscribe","Resource":[
              "arn:aws:iot:us-east-1:000000000000:topicfilter/fleet/*/${iot:Connection.Thing.ThingName}/*"]}]}
            """;

    /// More than are cached by action, so that walking them finds none.
    private static final int TOPICS = 1024;

    @Param({"publish", "denied"})
    public String request = "publish";

    private final Directory directory = new Directory();
    private final PolicyAuthorization authorization =
            new PolicyAuthorization(
                    directory,
                    new DeviceIdentity(
                            AccountId.DEFAULT,
                            "us-east-1",
                            DeviceIdentity.Kind.CERTIFICATE,
                            "certificate"),
                    new Peer("10.0.0.1", 40_000, "10.0.0.2", 8883, null),
                    () -> 0,
                    "lamp-42");
    private final String[] topics = new String[TOPICS];
    private int next;

    @Setup
    public void setUp() {
        String thing = request.equals("denied") ? "lamp-43" : "lamp-42";
        for (int i = 0; i < TOPICS; i++) {
            topics[i] = "fleet/site-" + i + "/" + thing + "/telemetry";
        }
    }

    @Benchmark
    public Authorization.Verdict cached() {
        return authorization.publish(topics[0], false);
    }

    @Benchmark
    public Authorization.Verdict uncached() {
        next = (next + 1) & (TOPICS - 1);
        return authorization.publish(topics[next], false);
    }

    /// One certificate with one thing.
    private static final class Directory implements DeviceDirectory {
        private final Rights rights =
                new Rights(
                        new PolicySet(
                                List.of(
                                        new PolicySet.NamedPolicy(
                                                "lamps", PolicyDocument.parse(POLICY)))),
                        context(),
                        "lamp-42",
                        List.of());

        private static PolicyContext context() {
            List<String> thing = List.of("lamp-42");
            return name ->
                    name.equalsIgnoreCase("iot:Connection.Thing.ThingName") ? thing : List.of();
        }

        @Override
        public Authentication authenticate(
                List<X509Certificate> chain, @Nullable String serverName) {
            return new Authentication.Refused("nobody asks");
        }

        @Override
        public Rights rights(DeviceIdentity identity, @Nullable String clientId) {
            return rights;
        }

        @Override
        public long version() {
            return 1;
        }

        @Override
        public void onChange(ChangeListener listener) {}
    }
}
