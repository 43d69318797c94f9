package io.homeport.rules.actions;

import io.homeport.core.Json;
import io.homeport.core.targets.AwsTargets;
import io.homeport.core.targets.TargetCall;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iot.model.Action;
import software.amazon.awssdk.services.iot.model.ElasticsearchAction;
import software.amazon.awssdk.services.iot.model.OpenSearchAction;
import tools.jackson.databind.node.ObjectNode;

/// Puts the output as a document into an index of OpenSearch, or of what it was before.
///
/// Source: AWS IoT developer guide, "OpenSearch", "Elasticsearch".
final class SearchActions {
    private SearchActions() {}

    static ActionType openSearch(AwsTargets targets) {
        return new TargetAction<OpenSearchAction>(
                "openSearch",
                "OpenSearchAction",
                targets,
                Action::openSearch,
                (action, context) ->
                        plan(
                                action.roleArn(),
                                action.endpoint(),
                                action.index(),
                                action.type(),
                                action.id(),
                                context),
                SearchActions::call);
    }

    static ActionType elasticsearch(AwsTargets targets) {
        return new TargetAction<ElasticsearchAction>(
                "elasticsearch",
                "ElasticsearchAction",
                targets,
                Action::elasticsearch,
                (action, context) ->
                        plan(
                                action.roleArn(),
                                action.endpoint(),
                                action.index(),
                                action.type(),
                                action.id(),
                                context),
                SearchActions::call);
    }

    private static ActionPlan plan(
            @Nullable String roleArn,
            @Nullable String endpoint,
            @Nullable String index,
            @Nullable String type,
            @Nullable String id,
            PlanContext context) {
        context.literal("roleArn", roleArn);
        CheckedParameter url =
                new CheckedParameter(
                        context.required("endpoint", endpoint),
                        SearchActions::isUrl,
                        "has to be the URL of a domain");
        CheckedParameter indexName =
                new CheckedParameter(
                        context.required("index", index),
                        text -> !text.isEmpty() && text.equals(text.toLowerCase(Locale.ROOT)),
                        "has to be in small letters");
        TemplateParameter typeName = context.required("type", type);
        TemplateParameter documentId = context.required("id", id);
        return match -> {
            if (match.json().isEmpty()) {
                throw ActionFailure.permanent("a document has to be JSON");
            }
            ObjectNode parameters = Json.MAPPER.createObjectNode();
            String resource = indexName.in(match);
            parameters.put("endpoint", url.in(match)).put("index", resource);
            parameters.put("type", typeName.in(match)).put("id", documentId.in(match));
            return new ActionPlan.Decision(resource, parameters, match.output());
        };
    }

    private static boolean isUrl(String text) {
        try {
            URI url = new URI(text);
            String scheme = String.valueOf(url.getScheme());
            return url.getHost() != null && (scheme.equals("https") || scheme.equals("http"));
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private static TargetCall call(Delivery delivery) {
        return new TargetCall.IndexDocument(
                delivery.parameter("endpoint"),
                delivery.parameter("index"),
                delivery.parameter("type"),
                delivery.parameter("id"),
                delivery.body());
    }
}
