package io.homeport.sql;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The `sql` of a rule, parsed and compiled (iot-sql-reference). Immutable, thread-safe.
public final class SqlStatement {
    private final String text;
    private final SqlVersion version;
    private final @Nullable String filter;
    private final Map<String, Integer> variables;
    private final List<Node> assignments;
    private final Selection selection;
    private final @Nullable Node where;
    private final Map<String, Integer> externalCalls;

    private SqlStatement(String text, SqlVersion version) {
        Expression.Statement parsed = new Parser(text, 0).statement();
        this.text = text;
        this.version = version;
        this.filter = parsed.filter();
        this.variables = new LinkedHashMap<>();
        Compiler compiler = new Compiler(text, version, variables, false);
        this.assignments = List.copyOf(compiler.assignments(parsed.assignments()));
        Expression condition = parsed.select().where();
        this.where = condition == null ? null : compiler.compile(condition);
        this.selection = compiler.select(parsed.select());
        this.externalCalls = compiler.calls();
    }

    /// @throws SqlParseException where it can't be used, with the position
    public static SqlStatement parse(String sql, SqlVersion version) {
        return new SqlStatement(sql, version);
    }

    /// As it was written.
    public String text() {
        return text;
    }

    public SqlVersion version() {
        return version;
    }

    /// What stands behind FROM; empty for a rule that only Basic Ingest reaches.
    public Optional<String> topicFilter() {
        return Optional.ofNullable(filter);
    }

    /// Whether an evaluation may ask {@link ExternalFunctions} and so block.
    public boolean external() {
        return !externalCalls.isEmpty();
    }

    /// How often each external function stands in the statement, by its name; a protobuf decode is
    /// `decode`. AWS allows one `get_registry_data` per statement and templates together.
    public Map<String, Integer> externalCalls() {
        return externalCalls;
    }

    /// The names of the SET variables, without `@`, and their indexes.
    Map<String, Integer> variables() {
        return variables;
    }

    /// Evaluates SET, WHERE and SELECT. Never throws on account of the message; the environment
    /// keeps the variables for the templates.
    public SqlResult evaluate(Environment environment) {
        environment.start(version);
        try {
            evaluateVariables(environment);
            if (where != null && !where.isTrue(environment)) {
                return SqlResult.NoMatch.NO_MATCH;
            }
            return select(environment);
        } catch (EvaluationFailed e) {
            return new SqlResult.Failed(e);
        }
    }

    private void evaluateVariables(Environment environment) {
        if (assignments.isEmpty()) {
            return;
        }
        Value[] values = new Value[assignments.size()];
        Arrays.fill(values, Absent.UNDEFINED);
        environment.variables(values);
        int left = environment.limits().variableBytes();
        for (int i = 0; i < values.length; i++) {
            values[i] = assignments.get(i).evaluate(environment);
            left -= size(values[i], environment, left);
        }
    }

    private static int size(Value value, Environment environment, int left) {
        try {
            return environment.json(value, left).length;
        } catch (LimitExceeded e) {
            throw new LimitExceeded(
                    "the SET variables are larger than "
                            + environment.limits().variableBytes()
                            + " bytes");
        }
    }

    private SqlResult select(Environment environment) {
        if (selection.isEverything()) {
            return new SqlResult.Output(environment.message().payload(), SqlResult.Kind.RAW);
        }
        if (!selection.isValue()) {
            return new SqlResult.Output(selection.output(environment), SqlResult.Kind.JSON);
        }
        Value value = selection.select(environment);
        if (value.isUndefined()) {
            return new SqlResult.Output(new byte[0], SqlResult.Kind.RAW);
        }
        if (value instanceof Value.Array && version == SqlVersion.V2015_10_08) {
            throw new NotJson("SELECT VALUE of an array needs SQL version 2016-03-23 or later");
        }
        byte[] json = environment.json(value, environment.limits().outputBytes());
        return new SqlResult.Output(json, SqlResult.Kind.JSON);
    }

    @Override
    public String toString() {
        return text;
    }
}
