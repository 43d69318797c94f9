package io.homeport.rules;

import java.util.Map;

/// Where the tags of rules are kept. Thread-safe; may block.
public interface TagStore {
    /// Takes the tags that a rule is created with; called once the rule is stored, outside of
    /// transactions. Where it throws, the rule is taken back.
    void put(String resourceArn, Map<String, String> tags);

    /// Forgets the tags of a rule that is deleted.
    void forget(String resourceArn);
}
