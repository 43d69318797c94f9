package io.homeport.rules;

import io.homeport.aws.AwsService;
import io.homeport.aws.OperationTable;
import io.homeport.aws.PageTokens;
import io.homeport.core.Arn;
import io.homeport.core.Clock;
import io.homeport.core.MessageBus;
import io.homeport.core.Timers;
import io.homeport.rules.actions.ActionType;
import io.homeport.rules.actions.HttpAction;
import io.homeport.rules.actions.OutgoingHttp;
import io.homeport.rules.actions.RepublishAction;
import io.homeport.rules.kafka.KafkaAction;
import io.homeport.rules.kafka.KafkaSenders;
import io.homeport.rules.logging.IotLog;
import io.homeport.sql.SqlLimits;
import io.homeport.storage.Database;
import io.homeport.storage.Key;
import io.homeport.storage.Store;
import io.homeport.storage.Table;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/// The rules engine of AWS IoT. Thread-safe; operations block and run on virtual threads.
public final class RulesService implements AwsService, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RulesService.class);
    private static final int BATCH = 500;

    private final Database database;
    private final RuleCompiler compiler;
    private final RuleEngine engine;
    private final Outbox outbox;
    private final RuleOperations operations;
    private final OutgoingHttp http = new OutgoingHttp();
    private final Destinations destinations;
    private final KafkaSenders kafka;
    private final IotLog accountLog;
    private final DestinationOperations destinationOperations;

    /// What the rules engine needs of others.
    ///
    /// @param random thread-safe
    /// @param workers runs tasks that block; a virtual thread per task will do
    /// @param actions the kinds of actions there are besides republish, http and kafka
    /// @param confirmationAddress where a receiver confirms its destination with a token
    /// @param credentials the server's own, to sign requests with; asked for when there is one
    /// @param machineClock the time of other machines
    /// @param log where accounts have what rules do; closed with the service
    /// @param meters who shows what rules do
    public record Ports(
            Store store,
            Database database,
            Clock clock,
            Timers timers,
            RandomGenerator random,
            Executor workers,
            PageTokens pageTokens,
            MessageBus bus,
            TagStore tags,
            ExternalCalls external,
            List<ActionType> actions,
            UnaryOperator<String> confirmationAddress,
            Supplier<AwsCredentialsProvider> credentials,
            Clock machineClock,
            IotLog log,
            RuleMeters meters) {}

    /// What has happened to one rule since the server was started, and what it has in the outbox.
    ///
    /// @param lastErrorAtMillis 0 where there was no error
    public record RuleReport(
            String account,
            String region,
            String rule,
            boolean disabled,
            Map<String, Long> counts,
            long pendingDeliveries,
            long pendingBytes,
            @Nullable String lastError,
            long lastErrorAtMillis) {}

    public RulesService(Ports ports, RulesLimits limits, SqlLimits sqlLimits) {
        database = ports.database;
        List<ActionType> types = new ArrayList<>(ports.actions);
        types.add(new RepublishAction(ports.bus, ports.clock, limits.hops()));
        destinations =
                new Destinations(
                        new Destinations.Parts(
                                ports.database,
                                ports.clock,
                                ports.timers,
                                ports.random,
                                ports.workers,
                                http,
                                ports.confirmationAddress),
                        limits);
        types.add(
                new HttpAction(
                        http, destinations, ports.credentials, ports.machineClock, limits.http()));
        kafka =
                new KafkaSenders(
                        ports.clock,
                        ports.timers,
                        ports.workers,
                        new RuleSecrets(ports.external, ports.clock, ports.random, sqlLimits));
        types.add(new KafkaAction(destinations, kafka, limits.http().httpsOnly()));
        compiler = new RuleCompiler(types, limits, ports.external.answered());
        accountLog = ports.log;
        RuleLog log = new AccountRuleLog(ports.log);
        DeliveryOutcomes outcomes = new DeliveryOutcomes(log, ports.clock);
        outbox =
                new Outbox(
                        ports.store,
                        ports.clock,
                        ports.timers,
                        ports.workers,
                        types.stream()
                                .collect(Collectors.toMap(ActionType::name, Function.identity())),
                        limits,
                        outcomes);
        RuleEngine.Parts parts =
                new RuleEngine.Parts(
                        ports.bus,
                        ports.clock,
                        ports.random,
                        ports.workers,
                        outbox,
                        limits,
                        sqlLimits,
                        ports.external,
                        log,
                        ports.meters);
        ErrorActions errors = new ErrorActions(parts);
        engine = new RuleEngine(parts, errors);
        outcomes.connect(engine, errors);
        operations =
                new RuleOperations(
                        ports.database,
                        ports.clock,
                        ports.pageTokens,
                        limits,
                        compiler,
                        engine,
                        ports.tags,
                        destinations);
        destinationOperations =
                new DestinationOperations(ports.database, ports.pageTokens, limits, destinations);
    }

    @Override
    public void register(OperationTable table) {
        operations.register(table);
        destinationOperations.register(table);
    }

    /// Installs the stored rules and goes on with the deliveries that are left. Blocks.
    public void start() {
        // Rules that name a destination are checked against these.
        destinations.start();
        engine.changing(() -> RuleOperations.RULES.forEach(database, row -> install(row.value())));
        outbox.start();
    }

    private void install(RuleRecord record) {
        try {
            engine.install(compiler.compile(record));
        } catch (RuntimeException e) {
            // Another version of Homeport took it; the others must run all the same.
            LOG.atError()
                    .addKeyValue("rule", record.name())
                    .addKeyValue("reason", e.getMessage())
                    .log("rules.rule.unusable: it is kept, but does nothing; replace it");
        }
    }

    /// Whether a rule with this ARN is there, for tags.
    public boolean taggable(Arn arn) {
        return arn.resourceType().equals("rule")
                && operations.exists(new RuleKey(arn.account(), arn.region(), arn.resourceId()));
    }

    /// The counts of all rules together, by the names of {@link RuleReport#counts}.
    public Map<String, Long> totals() {
        return engine.all().values();
    }

    /// What all rules have done, ordered by account, region and name.
    public List<RuleReport> report() {
        return engine.rules().stream()
                .map(this::report)
                .sorted(
                        Comparator.comparing(RuleReport::account)
                                .thenComparing(RuleReport::region)
                                .thenComparing(RuleReport::rule))
                .toList();
    }

    private RuleReport report(RunningRule running) {
        RuleKey key = running.definition().key();
        RuleCounters counters = running.counters;
        Outbox.Usage usage = outbox.usage(key);
        RuleCounters.LastError error = counters.lastError();
        return new RuleReport(
                key.account(),
                key.region(),
                key.name(),
                running.definition().record().disabled(),
                counters.values(),
                usage.deliveries(),
                usage.bytes(),
                error == null ? null : error.text(),
                error == null ? 0 : error.atMillis());
    }

    /// Deletes all rules and deliveries; for the test mode.
    public void reset() {
        engine.changing(() -> {
            engine.removeAll();
            boolean more = true;
            while (more) {
                more =
                        database.write(transaction -> {
                            List<Table.Row<RuleRecord>> rows =
                                    RuleOperations.RULES.list(transaction, Key.EMPTY, null, BATCH);
                            rows.forEach(
                                    row -> RuleOperations.RULES.delete(transaction, row.key()));
                            return rows.size() == BATCH;
                        });
            }
            outbox.reset();
            destinations.reset();
        });
    }

    /// Starts no more evaluations and deliveries; what the outbox holds is left for the next start.
    @Override
    public void close() {
        outbox.close();
        destinations.close();
        http.close();
        kafka.close();
        accountLog.close();
        engine.removeAll();
    }
}
