package io.homeport.identity;

import io.homeport.core.Clock;
import io.homeport.storage.Database;
import java.security.SecureRandom;

/// What the operations share. Immutable.
record IdentityParts(
        Database database,
        Tables tables,
        Clock clock,
        SecureRandom random,
        LocalAuthority authority,
        ThingDirectory things,
        TagStore tags,
        IdentityLimits limits,
        Paging paging,
        Changes changes) {}
