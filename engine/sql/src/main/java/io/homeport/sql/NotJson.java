package io.homeport.sql;

/// A payload, or a part of it, that isn't what the statement needs: `SELECT *, x` of a payload that
/// is no JSON object, or a top-level array in version 2015-10-08.
public final class NotJson extends EvaluationFailed {
    private static final long serialVersionUID = 1L;

    NotJson(String message) {
        super(message);
    }
}
