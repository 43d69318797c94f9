package io.homeport.rules;

import io.homeport.core.AccountId;
import io.homeport.sql.ExternalFunctions;
import java.util.Set;

/// Who answers what SQL asks from outside. Thread-safe.
public interface ExternalCalls {
    /// Which functions are answered, by their names in SQL; `decode` is that of Protobuf. Rules
    /// with others are refused when they are made.
    Set<String> answered();

    /// The functions for a rule.
    ///
    /// @param ruleArn on whose behalf the calls are
    ExternalFunctions of(AccountId account, String region, String ruleArn);
}
