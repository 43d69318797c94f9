package io.homeport.sql;

/// A compiled expression: evaluates without looking at text. Immutable, thread-safe.
interface Node {
    /// @throws EvaluationFailed where an external call fails or a limit is hit
    Value evaluate(Environment environment);

    /// Whether it is true as WHERE has it: Boolean true and nothing else.
    default boolean isTrue(Environment environment) {
        return evaluate(environment) == Value.Bool.TRUE;
    }

    /// What is known before any message comes.
    record Constant(Value value) implements Node {
        static final Constant UNDEFINED = new Constant(Absent.UNDEFINED);

        @Override
        public Value evaluate(Environment environment) {
            return value;
        }
    }
}
