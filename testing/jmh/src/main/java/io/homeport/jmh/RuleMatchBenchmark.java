package io.homeport.jmh;

import io.homeport.aws.Caller;
import io.homeport.aws.Operation;
import io.homeport.aws.OperationTable;
import io.homeport.aws.PageTokens;
import io.homeport.broker.Broker;
import io.homeport.broker.BrokerLimits;
import io.homeport.core.AccountId;
import io.homeport.core.Message;
import io.homeport.core.MessageProperties;
import io.homeport.core.Profile;
import io.homeport.core.SystemTimers;
import io.homeport.rules.ExternalCalls;
import io.homeport.rules.RuleMeters;
import io.homeport.rules.RulesLimits;
import io.homeport.rules.RulesService;
import io.homeport.rules.TagStore;
import io.homeport.rules.actions.RuleHop;
import io.homeport.rules.logging.IotLog;
import io.homeport.sql.ExternalFunctions;
import io.homeport.sql.SqlLimits;
import io.homeport.storage.Database;
import io.homeport.storage.MemoryStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.iot.model.Action;
import software.amazon.awssdk.services.iot.model.CreateTopicRuleRequest;
import software.amazon.awssdk.utils.builder.SdkBuilder;

/// A message that one of many rules is about: found in the trie, evaluated, and turned down by its
/// WHERE. On one thread, without sockets and store. What grows with the number of rules is the
/// price of finding them.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"-XX:+UseSerialGC", "-XX:+UseCompactObjectHeaders", "-Xmx3g"})
public class RuleMatchBenchmark {
    private static final int TOPICS = 1024;
    private static final byte[] PAYLOAD =
            "{\"temperature\": 21.5, \"humidity\": 40, \"state\": {\"on\": true}}"
                    .getBytes(StandardCharsets.UTF_8);

    private static final Action HOT =
            Action.builder()
                    .republish(r -> r.topic("hot").roleArn("arn:aws:iam::000000000000:role/rules"))
                    .build();

    @Param({"10", "10000"})
    public int rules = 10;

    /// `literal`: each rule has a topic. `wildcard`: each has `+` at the end, too.
    @Param({"literal", "wildcard"})
    public String filters = "literal";

    private final SystemTimers timers = new SystemTimers();
    private final MemoryStore store = new MemoryStore();
    private final Broker broker =
            new Broker(
                    store,
                    timers,
                    timers,
                    new Random(1),
                    BrokerLimits.of(Profile.OPEN),
                    event -> {});
    private final RulesService service = service();
    private final Message[] messages = new Message[TOPICS];
    private int next;

    private RulesService service() {
        Database database = new Database(store);
        return new RulesService(
                new RulesService.Ports(
                        store,
                        database,
                        timers,
                        timers,
                        new Random(1),
                        Runnable::run,
                        new PageTokens(new byte[PageTokens.MINIMUM_KEY_BYTES]),
                        broker,
                        new NoTags(),
                        new NoCalls(),
                        List.of(),
                        token -> token,
                        AnonymousCredentialsProvider::create,
                        timers,
                        new IotLog(
                                new IotLog.Ports(
                                        database,
                                        timers,
                                        Runnable::run,
                                        Path.of("unused"),
                                        (account, region, thing) -> Set.of(),
                                        "us-east-1")),
                        RuleMeters.NONE),
                RulesLimits.of(Profile.OPEN),
                SqlLimits.of(Profile.OPEN));
    }

    @Setup
    public void setUp() {
        broker.start();
        service.start();
        Operations operations = new Operations();
        service.register(operations);
        String end = filters.equals("literal") ? "telemetry" : "+";
        for (int i = 0; i < rules; i++) {
            String sql =
                    "SELECT temperature FROM 'fleet/%d/%s' WHERE temperature > 100"
                            .formatted(i, end);
            String name = "rule_" + i;
            operations.call(
                    CreateTopicRuleRequest.builder()
                            .ruleName(name)
                            .topicRulePayload(
                                    p -> p.sql(sql).awsIotSqlVersion("2016-03-23").actions(HOT))
                            .build());
        }
        for (int i = 0; i < TOPICS; i++) {
            messages[i] =
                    new Message(
                            AccountId.DEFAULT,
                            "fleet/" + i % rules + "/telemetry",
                            PAYLOAD,
                            0,
                            false,
                            MessageProperties.NONE,
                            new RuleHop(0),
                            0);
        }
    }

    @TearDown
    public void tearDown() {
        Map<String, Long> totals = service.totals();
        if (totals.getOrDefault("TopicMatch", 0L) != next
                || totals.getOrDefault("RulesExecuted", 0L) != 0) {
            throw new IllegalStateException(next + " messages, but " + totals);
        }
        service.close();
        broker.close();
        timers.close();
    }

    @Benchmark
    public Object publish() {
        return broker.publish(messages[next++ % TOPICS]);
    }

    private static final class NoTags implements TagStore {
        @Override
        public void put(String resourceArn, Map<String, String> tags) {}

        @Override
        public void forget(String resourceArn) {}
    }

    private static final class NoCalls implements ExternalCalls {
        @Override
        public Set<String> answered() {
            return Set.of();
        }

        @Override
        public ExternalFunctions of(AccountId account, String region, String ruleArn) {
            return ExternalFunctions.NONE;
        }
    }

    /// The operations of the service, called as the API's door would.
    private static final class Operations implements OperationTable {
        private final Map<Class<?>, Operation<SdkPojo, SdkPojo>> byRequest = new HashMap<>();

        @Override
        public <B extends SdkBuilder<B, Q> & SdkPojo, Q, R extends SdkPojo> OperationTable add(
                Class<Q> requestType, Supplier<B> requestBuilder, Operation<Q, R> operation) {
            byRequest.put(
                    requestType,
                    (request, caller) -> operation.call(requestType.cast(request), caller));
            return this;
        }

        void call(SdkPojo request) {
            Operation<SdkPojo, SdkPojo> operation = byRequest.get(request.getClass());
            if (operation == null) {
                throw new IllegalStateException("no operation takes " + request.getClass());
            }
            operation.call(
                    request,
                    new Caller(
                            AccountId.DEFAULT,
                            "us-east-1",
                            new Caller.Principal.ApiUser("benchmark", "key", true),
                            "request",
                            "127.0.0.1"));
        }
    }
}
