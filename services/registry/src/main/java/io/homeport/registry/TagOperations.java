package io.homeport.registry;

import io.homeport.aws.Caller;
import io.homeport.aws.InvalidTokenException;
import io.homeport.aws.OperationTable;
import io.homeport.core.Arn;
import io.homeport.storage.Key;
import io.homeport.storage.View;
import java.util.List;
import java.util.function.Predicate;
import software.amazon.awssdk.services.iot.model.ListTagsForResourceRequest;
import software.amazon.awssdk.services.iot.model.ListTagsForResourceResponse;
import software.amazon.awssdk.services.iot.model.Tag;
import software.amazon.awssdk.services.iot.model.TagResourceRequest;
import software.amazon.awssdk.services.iot.model.TagResourceResponse;
import software.amazon.awssdk.services.iot.model.UntagResourceRequest;
import software.amazon.awssdk.services.iot.model.UntagResourceResponse;

/// The operations on tags of any resource of AWS IoT. Thread-safe.
final class TagOperations {
    private final Registry registry;
    private final TagStore tags;
    private final TaggableResources others;

    TagOperations(Registry registry, TagStore tags, TaggableResources others) {
        this.registry = registry;
        this.tags = tags;
        this.others = others;
    }

    void register(OperationTable table) {
        table.add(TagResourceRequest.class, TagResourceRequest::builder, this::tagResource)
                .add(UntagResourceRequest.class, UntagResourceRequest::builder, this::untagResource)
                .add(
                        ListTagsForResourceRequest.class,
                        ListTagsForResourceRequest::builder,
                        this::listTagsForResource);
    }

    TagResourceResponse tagResource(TagResourceRequest request, Caller caller) {
        check(caller, request.resourceArn());
        tags.tag(caller.account(), caller.region(), request.resourceArn(), request.tags());
        return TagResourceResponse.builder().build();
    }

    UntagResourceResponse untagResource(UntagResourceRequest request, Caller caller) {
        check(caller, request.resourceArn());
        tags.untag(caller.account(), caller.region(), request.resourceArn(), request.tagKeys());
        return UntagResourceResponse.builder().build();
    }

    /// All tags fit into one page, so this never gives a token and never takes one.
    ListTagsForResourceResponse listTagsForResource(
            ListTagsForResourceRequest request, Caller caller) {
        if (request.nextToken() != null && !request.nextToken().isEmpty()) {
            throw new InvalidTokenException();
        }
        check(caller, request.resourceArn());
        List<Tag> found =
                tags
                        .tagsOf(caller.account(), caller.region(), request.resourceArn())
                        .entrySet()
                        .stream()
                        .map(tag -> Tag.builder().key(tag.getKey()).value(tag.getValue()).build())
                        .toList();
        return ListTagsForResourceResponse.builder().tags(found).build();
    }

    private void check(Caller caller, String text) {
        Arn arn =
                Arn.parse(text)
                        .filter(a -> a.service().equals("iot"))
                        .orElseThrow(() -> Faults.invalid("Invalid resource ARN: " + text));
        if (arn.resourceType().equals(Arns.THING)) {
            throw Faults.invalid("Things can not be tagged: " + text);
        }
        boolean callers =
                arn.account().equals(caller.account().value())
                        && arn.region().equals(caller.region());
        if (!callers || !exists(caller, arn)) {
            throw Faults.notFound("Resource", text);
        }
    }

    private boolean exists(Caller caller, Arn arn) {
        Tables tables = registry.tables;
        Key key = Registry.key(caller, arn.resourceId());
        return switch (arn.resourceType()) {
            case Arns.THING_TYPE -> read(view -> tables.types.get(view, key) != null);
            case Arns.THING_GROUP -> read(view -> tables.groups.get(view, key) != null);
            case Arns.BILLING_GROUP -> read(view -> tables.billingGroups.get(view, key) != null);
            default -> others.exists(arn);
        };
    }

    private boolean read(Predicate<View> question) {
        return registry.read(question::test);
    }
}
