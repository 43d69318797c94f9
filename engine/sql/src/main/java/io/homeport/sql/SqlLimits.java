package io.homeport.sql;

import io.homeport.core.Profile;

/// Bounds of one evaluation; what goes beyond ends in {@link LimitExceeded}. Immutable.
///
/// @param outputBytes of the result of SELECT and of a template
/// @param functionBytes of one function's result, an external answer included, and of the input and
///   output of a protobuf decode (binary-payloads, iot-func-transform: 128 KiB)
/// @param variableBytes of all SET variables together, as minified JSON (iot-sql-set: 128 KiB)
/// @param regexSteps characters that one regular expression may look at
/// @param work units of work: an element of a nested query, or a byte that a function makes
public record SqlLimits(
        int outputBytes, int functionBytes, int variableBytes, int regexSteps, long work) {
    /// Parentheses, calls and literals in each other, at most; deeper is refused at creation.
    public static final int NESTING = 100;

    /// Operators and members in a row, at most; more is refused at creation.
    public static final int CHAIN = 500;

    /// How high the tree of an expression may be, nesting and rows together.
    public static final int HEIGHT = 1_000;

    /// Characters of a statement or template, at most; longer is refused at creation.
    public static final int STATEMENT_LENGTH = 128 << 10;

    /// SET variables of a statement (iot-sql-set).
    public static final int VARIABLES = 10;

    /// Characters of a SET variable's name (iot-sql-set).
    public static final int VARIABLE_NAME = 64;

    /// The bytes of a FileDescriptorSet (binary-payloads).
    public static final int DESCRIPTOR_BYTES = 32 << 10;

    private static final int KIB = 1 << 10;
    private static final int MIB = 1 << 20;

    /// What a profile stands for.
    public static SqlLimits of(Profile profile) {
        return switch (profile) {
            case OPEN -> new SqlLimits(64 * MIB, 64 * MIB, 128 * KIB, 1_000_000, 1L << 30);
            case AWS -> new SqlLimits(128 * KIB, 128 * KIB, 128 * KIB, 1_000_000, 16L * MIB);
        };
    }
}
