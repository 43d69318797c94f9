package io.homeport.gateway;

import io.homeport.aws.ApiRequest;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A call of the operator's. Immutable.
///
/// @param path values of the route's `{names}`, decoded
/// @param query decoded; the last value of a name
public record AdminRequest(ApiRequest http, Map<String, String> path, Map<String, String> query) {

    /// A parameter of the query, or null.
    public @Nullable String parameter(String name) {
        return query.get(name);
    }
}
