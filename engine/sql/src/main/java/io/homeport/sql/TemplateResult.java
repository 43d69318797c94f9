package io.homeport.sql;

/// What a substitution template evaluates to. Immutable.
public sealed interface TemplateResult {
    /// The text with all expressions replaced.
    record Text(String text) implements TemplateResult {}

    /// An expression has no value that has a text: it is Undefined or Null.
    ///
    /// @param expression as it stands between the braces
    record Undefined(String expression) implements TemplateResult {}

    /// An external call failed or a limit was hit.
    record Failed(EvaluationFailed cause) implements TemplateResult {}
}
