package io.homeport.sql;

import io.homeport.core.AccountId;
import io.homeport.core.MessageProperties;
import io.homeport.core.Profile;

/// What constants are folded in: no message, and small limits, so that creation is quick.
final class Folding {
    static final SqlMessage MESSAGE =
            new SqlMessage(
                    new byte[0],
                    "",
                    AccountId.DEFAULT,
                    0,
                    SqlMessage.Sender.UNKNOWN,
                    MessageProperties.NONE);
    static final SqlLimits LIMITS = SqlLimits.of(Profile.AWS);

    private Folding() {}
}
