package io.homeport.policy;

import java.util.List;

/// The values that policy variables and condition keys have for a request, for example
/// `iot:ClientId`, `iot:Connection.Thing.Attributes[color]`,
/// `iot:Certificate.Subject.Country.List`, `aws:SourceIp`. Names are looked up in any case, without
/// `${}`. Thread-safe.
@FunctionalInterface
public interface PolicyContext {
    /// All values of a name; empty where it has none.
    List<String> values(String name);

    /// Knows nothing.
    PolicyContext EMPTY = name -> List.of();
}
