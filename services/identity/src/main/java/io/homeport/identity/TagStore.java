package io.homeport.identity;

import java.util.Map;

/// Where the tags of policies and CA certificates are kept. Thread-safe; may block.
public interface TagStore {
    /// Takes the tags that a resource is created with; called once the resource is stored, outside
    /// of transactions. Where it throws, the resource is taken back.
    void put(String resourceArn, Map<String, String> tags);

    /// Forgets the tags of a resource that is deleted.
    void forget(String resourceArn);
}
