package io.homeport.core.targets;

import io.homeport.core.AccountId;

/// On whose behalf a call is made, and in which region its target is. Immutable.
public record TargetScope(AccountId account, String region) {}
