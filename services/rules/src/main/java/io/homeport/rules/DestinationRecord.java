package io.homeport.rules;

import io.homeport.core.AccountId;
import io.homeport.core.Arn;
import io.homeport.storage.Key;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A destination of rules as it is stored. Immutable.
///
/// @param reason why it has its status; empty where there is nothing to say
/// @param http null for those in a VPC
/// @param vpc null for those of HTTP
/// @param createdAtMillis {@link io.homeport.core.Clock} time
public record DestinationRecord(
        String account,
        String region,
        String id,
        Status status,
        String reason,
        @Nullable Http http,
        @Nullable Vpc vpc,
        long createdAtMillis,
        long updatedAtMillis) {

    /// Source: AWS API reference, TopicRuleDestination.
    public enum Status {
        ENABLED,
        IN_PROGRESS,
        DISABLED,
        ERROR
    }

    /// @param token what the receiver confirms with; another with each request for confirmation
    /// @param asked whether the receiver has taken that request
    /// @param confirmed whether it has agreed to the present question
    /// @param confirmBeforeMillis {@link io.homeport.core.Clock} time
    public record Http(
            String confirmationUrl,
            String token,
            boolean asked,
            boolean confirmed,
            long confirmBeforeMillis) {
        Http withAsked() {
            return new Http(confirmationUrl, token, true, confirmed, confirmBeforeMillis);
        }

        Http withConfirmed() {
            return new Http(confirmationUrl, token, asked, true, confirmBeforeMillis);
        }
    }

    /// Kept for those who ask; there is no VPC to be in.
    public record Vpc(
            List<String> subnetIds, List<String> securityGroups, String vpcId, String roleArn) {
        public Vpc {
            subnetIds = List.copyOf(subnetIds);
            securityGroups = List.copyOf(securityGroups);
        }
    }

    Key key() {
        return Key.of(account, region, id);
    }

    String arn() {
        String kind = http == null ? "vpc" : "http";
        return Arn.of("iot", region, new AccountId(account), "ruledestination/" + kind + "/" + id)
                .toString();
    }

    DestinationRecord with(Status changed, String why, @Nullable Http asked, long nowMillis) {
        return new DestinationRecord(
                account, region, id, changed, why, asked, vpc, createdAtMillis, nowMillis);
    }
}
