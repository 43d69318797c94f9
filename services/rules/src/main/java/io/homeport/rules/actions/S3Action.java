package io.homeport.rules.actions;

import io.homeport.core.Json;
import io.homeport.core.targets.AwsTargets;
import io.homeport.core.targets.TargetCall;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iot.model.Action;
import tools.jackson.databind.node.ObjectNode;

/// Writes the output as an object of a bucket.
///
/// Source: AWS IoT developer guide, "S3".
final class S3Action {
    private static final Set<String> ACLS =
            Set.of(
                    "private",
                    "public-read",
                    "public-read-write",
                    "aws-exec-read",
                    "authenticated-read",
                    "bucket-owner-read",
                    "bucket-owner-full-control",
                    "log-delivery-write");

    private S3Action() {}

    static ActionType of(AwsTargets targets) {
        return new TargetAction<>(
                "s3", "S3Action", targets, Action::s3, S3Action::plan, S3Action::call);
    }

    private static ActionPlan plan(
            software.amazon.awssdk.services.iot.model.S3Action s3, PlanContext context) {
        context.literal("roleArn", s3.roleArn());
        TemplateParameter bucket = context.required("bucketName", s3.bucketName());
        TemplateParameter key = context.required("key", s3.key());
        @Nullable String acl = s3.cannedAclAsString();
        if (acl != null && !ACLS.contains(acl)) {
            throw new InvalidActionException("cannedAcl knows no '" + acl + "'");
        }
        return match -> {
            ObjectNode parameters = Json.MAPPER.createObjectNode();
            String name = bucket.in(match);
            parameters.put("bucket", name).put("key", key.in(match));
            if (acl != null) {
                parameters.put("cannedAcl", acl);
            }
            return new ActionPlan.Decision(name, parameters, match.output());
        };
    }

    private static TargetCall call(Delivery delivery) {
        return new TargetCall.PutObject(
                delivery.parameter("bucket"),
                delivery.parameter("key"),
                delivery.body(),
                delivery.isJson() ? "application/json" : "application/octet-stream",
                delivery.has("cannedAcl") ? delivery.parameter("cannedAcl") : null);
    }
}
