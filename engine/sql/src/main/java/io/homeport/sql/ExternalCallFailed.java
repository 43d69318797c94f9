package io.homeport.sql;

/// A call to something outside that failed, such as `get_dynamodb` on a table that isn't there
/// (developer guide, iot-sql-functions): the rule ends, unless `get_or_default` is around it.
public final class ExternalCallFailed extends EvaluationFailed {
    private static final long serialVersionUID = 1L;

    private final String function;
    private final String resource;

    /// @param function as it is called in SQL, such as `aws_lambda`
    /// @param resource what was called: an ARN, a table, a thing
    /// @param problem what went wrong, for people
    public ExternalCallFailed(String function, String resource, String problem) {
        super(function + " of " + resource + " failed: " + problem);
        this.function = function;
        this.resource = resource;
    }

    public String function() {
        return function;
    }

    public String resource() {
        return resource;
    }
}
