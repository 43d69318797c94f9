package io.homeport.identity;

import io.homeport.aws.Caller;
import io.homeport.core.Clock;
import io.homeport.policy.PolicyContext;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;

/// The condition keys that every API call has (IAM user guide, "AWS global condition context
/// keys"). Stateless.
final class CallContext {
    private CallContext() {}

    /// @param own the keys of the principal
    static PolicyContext of(Caller caller, Clock clock, PolicyContext own) {
        return name ->
                switch (name.toLowerCase(Locale.ROOT)) {
                    case "aws:sourceip" -> List.of(caller.sourceIp());
                    case "aws:principalaccount" -> List.of(caller.account().value());
                    case "aws:requestedregion" -> List.of(caller.region());
                    case "aws:currenttime" ->
                            List.of(clock.now().truncatedTo(ChronoUnit.SECONDS).toString());
                    case "aws:epochtime" -> List.of(Long.toString(clock.now().getEpochSecond()));
                    default -> own.values(name);
                };
    }
}
