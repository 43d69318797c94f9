package io.homeport.functions;

import io.homeport.aws.Caller;
import io.homeport.aws.PageTokens;
import io.homeport.core.AccountId;
import io.homeport.core.Clock;
import io.homeport.storage.Database;
import io.homeport.storage.Key;
import io.homeport.storage.Table;
import io.homeport.storage.View;
import java.util.List;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// What is stored of functions, and what all operations stand on. Thread-safe.
final class Functions {
    /// How many rows are deleted in one transaction.
    private static final int WIPE_BATCH = 500;

    /// What Lambda pages at most, whatever is asked for.
    private static final int PAGE = 50;

    /// account, region, function name.
    final Table<FunctionRecord> functions =
            new Table<>("functions.functions", FunctionRecord.class)
                    .index("reserved", FunctionRecord::reservedKeys);

    /// account, region, function name, version: an empty part for `$LATEST`, else ten digits.
    final Table<VersionRecord> versions =
            new Table<>("functions.versions", VersionRecord.class)
                    .index("code", version -> List.of(Key.of(version.code().sha256())));

    /// account, region, function name, alias.
    final Table<AliasRecord> aliases = new Table<>("functions.aliases", AliasRecord.class);

    /// account, region, function name, qualifier (empty for the function itself).
    final Table<PolicyRecord> policies = new Table<>("functions.policies", PolicyRecord.class);

    /// account, region, function name, qualifier (empty for the function itself).
    final Table<EventSettingsRecord> eventSettings =
            new Table<>("functions.event-settings", EventSettingsRecord.class);

    /// request id.
    final Table<EventRecord> events = new Table<>("functions.events", EventRecord.class);

    final Database database;
    final Clock clock;
    final FunctionLimits limits;
    final Paging paging;
    private final RandomGenerator random;

    Functions(
            Database database,
            Clock clock,
            RandomGenerator random,
            PageTokens tokens,
            FunctionLimits limits) {
        this.database = database;
        this.clock = clock;
        this.random = random;
        this.limits = limits;
        this.paging = new Paging(tokens, PAGE);
    }

    static Key key(FunctionName name, String... parts) {
        return Key.of(name.account(), name.region(), name.name()).then(parts);
    }

    static Key versionKey(FunctionName name, String version) {
        return key(
                name,
                version.equals(VersionRecord.LATEST)
                        ? ""
                        : "0".repeat(Math.max(0, 10 - version.length())) + version);
    }

    static Key region(AccountId account, String region) {
        return Key.of(account.value(), region);
    }

    /// A random UUID (version 4).
    String newId() {
        long high = (random.nextLong() & 0xFFFF_FFFF_FFFF_0FFFL) | 0x4000L;
        long low = (random.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
        return new UUID(high, low).toString();
    }

    double chance() {
        return random.nextDouble();
    }

    /// Reads the name in a request and its qualifier, which may stand in either.
    FunctionName name(String text, @Nullable String qualifier, Caller caller) {
        FunctionName name =
                FunctionName.parse(text, caller.account(), caller.region())
                        .orElseThrow(() -> Faults.invalid("'" + text + "' is no function name"));
        if (!name.region().equals(caller.region())) {
            throw Faults.notFound(
                    "Functions from '%s' are not reachable in this region ('%s')"
                            .formatted(name.region(), caller.region()));
        }
        if (!name.account().equals(caller.account().value())) {
            throw Faults.functionNotFound(name);
        }
        if (qualifier == null || qualifier.isEmpty() || qualifier.equals(name.qualifier())) {
            return name;
        }
        if (name.qualifier() != null) {
            throw Faults.invalid(
                    "The derived qualifier from the function name does not match the specified"
                            + " qualifier.");
        }
        return name.qualifiedAs(qualifier);
    }

    /// The function of that name, its qualifier aside.
    FunctionRecord function(View view, FunctionName name) {
        FunctionRecord function = functions.get(view, key(name));
        if (function == null) {
            throw Faults.functionNotFound(name.unqualified());
        }
        return function;
    }

    VersionRecord version(View view, FunctionName name, String version) {
        VersionRecord found = versions.get(view, versionKey(name, version));
        if (found == null) {
            throw Faults.functionNotFound(name);
        }
        return found;
    }

    /// The version that a name stands for: of an alias, the one without a weight.
    VersionRecord target(View view, FunctionName name) {
        function(view, name);
        String target = name.target();
        if (FunctionName.isVersion(target)) {
            return version(view, name, target);
        }
        AliasRecord alias = aliases.get(view, key(name, target));
        if (alias == null) {
            throw Faults.functionNotFound(name);
        }
        return version(view, name, alias.version());
    }

    /// The version that an invocation runs: of an alias one of its versions, by their weights.
    VersionRecord pick(View view, FunctionName name) {
        String target = name.target();
        if (FunctionName.isVersion(target)) {
            return target(view, name);
        }
        AliasRecord alias = aliases.get(view, key(name, target));
        if (alias != null && !alias.weights().isEmpty()) {
            double chance = chance();
            for (var weight : alias.weights().entrySet()) {
                chance -= weight.getValue();
                if (chance < 0) {
                    return version(view, name, weight.getKey());
                }
            }
        }
        return target(view, name);
    }

    /// How many executions the functions of an account and region have reserved together.
    int reservedTotal(View view, Key region) {
        return functions.listBy(view, "reserved", region, null, limits.functions()).stream()
                .mapToInt(row -> row.value().reserved())
                .sum();
    }

    /// Deletes everything, in several transactions.
    void wipe() {
        for (Table<?> table :
                List.of(functions, versions, aliases, policies, eventSettings, events)) {
            wipe(table);
        }
    }

    private <V> void wipe(Table<V> table) {
        boolean more = true;
        while (more) {
            more =
                    database.write(transaction -> {
                        List<Table.Row<V>> rows =
                                table.list(transaction, Key.EMPTY, null, WIPE_BATCH);
                        rows.forEach(row -> table.delete(transaction, row.key()));
                        return rows.size() == WIPE_BATCH;
                    });
        }
    }
}
