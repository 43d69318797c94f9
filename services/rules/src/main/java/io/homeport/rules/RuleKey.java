package io.homeport.rules;

import io.homeport.core.AccountId;
import io.homeport.core.Arn;
import io.homeport.storage.Key;

/// Which rule. Immutable.
record RuleKey(String account, String region, String name) {
    static RuleKey of(RuleRecord rule) {
        return new RuleKey(rule.account(), rule.region(), rule.name());
    }

    Key key() {
        return Key.of(account, region, name);
    }

    String arn() {
        return Arn.of("iot", region, new AccountId(account), "rule/" + name).toString();
    }
}
