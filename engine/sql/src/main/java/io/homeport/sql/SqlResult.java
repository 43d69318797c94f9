package io.homeport.sql;

/// What became of a message in a rule's statement. Immutable by agreement.
public sealed interface SqlResult {
    /// WHERE was not true: no action runs.
    enum NoMatch implements SqlResult {
        NO_MATCH
    }

    /// WHERE was true or absent: the actions run with these bytes.
    record Output(byte[] bytes, Kind kind) implements SqlResult {}

    /// Neither: an external call failed or a limit was hit. No action runs; the failure is counted
    /// and logged.
    record Failed(EvaluationFailed cause) implements SqlResult {}

    /// What the bytes of an {@link Output} are.
    enum Kind {
        /// A JSON document that SELECT made.
        JSON,
        /// The payload as it came (`SELECT *`), which may be JSON or anything else, or nothing at
        /// all, where `SELECT VALUE` had nothing to select.
        RAW
    }
}
