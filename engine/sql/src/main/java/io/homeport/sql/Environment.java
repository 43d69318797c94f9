package io.homeport.sql;

import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// One message in one rule: what a statement and then the templates of the rule's actions are
/// evaluated in. It keeps the SET variables for the templates. Owned by one thread at a time.
public final class Environment {
    private static final Value[] NONE = {};

    private final SqlMessage message;
    private final ExternalFunctions external;
    private final RandomGenerator random;
    private final SqlLimits limits;

    private SqlVersion version = SqlVersion.V2016_03_23;
    private boolean collapses = true;
    private Value[] variables = NONE;
    private @Nullable Value item;
    private long work;

    /// @param external what functions ask from outside; {@link ExternalFunctions#NONE} where
    ///   neither statement nor templates are external
    /// @param random behind `rand()` and `newuuid()`
    public Environment(
            SqlMessage message,
            ExternalFunctions external,
            RandomGenerator random,
            SqlLimits limits) {
        this.message = message;
        this.external = external;
        this.random = random;
        this.limits = limits;
        this.work = limits.work();
    }

    public SqlMessage message() {
        return message;
    }

    ExternalFunctions external() {
        return external;
    }

    RandomGenerator random() {
        return random;
    }

    SqlLimits limits() {
        return limits;
    }

    /// Starts an evaluation: work is counted from zero.
    void start(SqlVersion version) {
        this.version = version;
        collapses = version.collapsesWholeNumbers();
        work = limits.work();
        item = null;
    }

    SqlVersion version() {
        return version;
    }

    /// Whether whole decimals are written as integers.
    boolean collapses() {
        return collapses;
    }

    /// What names are looked up in: the payload, or in a nested query the item.
    Value item() {
        Value current = item;
        return current == null ? message.value() : current;
    }

    /// Enters an item of a nested query, and leaves it with what was before.
    @Nullable Value swapItem(@Nullable Value next) {
        Value previous = item;
        item = next;
        return previous;
    }

    void variables(Value[] values) {
        variables = values;
    }

    Value variable(int index) {
        if (index >= variables.length) {
            throw new IllegalStateException(
                    "a template with variables is evaluated after its rule's statement");
        }
        return variables[index];
    }

    /// Counts work.
    void spend(long units) {
        work -= units;
        if (work < 0) {
            throw new LimitExceeded(
                    "evaluation takes more than " + limits.work() + " units of work");
        }
    }

    /// A text as a function's result, if it isn't too long.
    Value text(String text) {
        checkSize(text.length());
        return new Value.Text(text);
    }

    /// Checks the size of a function's result before it is made.
    void checkSize(long bytes) {
        if (bytes > limits.functionBytes()) {
            throw new LimitExceeded(
                    "the result of a function is larger than " + limits.functionBytes() + " bytes");
        }
        spend(1 + bytes / 8);
    }

    /// Counts the work of looking for one text in another, which is their product at worst.
    void spendSearch(String text, String part) {
        spend((long) text.length() * part.length() / 64);
    }

    byte[] json(Value value, int limit) {
        byte[] json = JsonWriter.bytes(value, collapses, limit);
        spend(json.length / 8);
        return json;
    }
}
