package io.homeport.functions;

import io.homeport.aws.Caller;
import io.homeport.aws.OperationTable;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import software.amazon.awssdk.services.lambda.model.ListTagsRequest;
import software.amazon.awssdk.services.lambda.model.ListTagsResponse;
import software.amazon.awssdk.services.lambda.model.TagResourceRequest;
import software.amazon.awssdk.services.lambda.model.TagResourceResponse;
import software.amazon.awssdk.services.lambda.model.UntagResourceRequest;
import software.amazon.awssdk.services.lambda.model.UntagResourceResponse;

/// The operations on functions' tags. Thread-safe.
final class TagOperations {
    /// AWS Lambda developer guide, "Using tags on Lambda functions".
    private static final int MAXIMUM_TAGS = 50;

    private static final int MAXIMUM_KEY = 128;
    private static final int MAXIMUM_VALUE = 256;

    private final Functions functions;

    TagOperations(Functions functions) {
        this.functions = functions;
    }

    void register(OperationTable table) {
        table.add(TagResourceRequest.class, TagResourceRequest::builder, this::tagResource)
                .add(UntagResourceRequest.class, UntagResourceRequest::builder, this::untagResource)
                .add(ListTagsRequest.class, ListTagsRequest::builder, this::listTags);
    }

    /// @throws software.amazon.awssdk.services.lambda.model.InvalidParameterValueException where
    ///   they are too many or too long
    static void check(Map<String, String> tags) {
        if (tags.size() > MAXIMUM_TAGS) {
            throw Faults.invalid("A function can have at most " + MAXIMUM_TAGS + " tags");
        }
        tags.forEach((key, value) -> {
            if (key.isEmpty()
                    || key.length() > MAXIMUM_KEY
                    || value.length() > MAXIMUM_VALUE
                    || key.startsWith("aws:")) {
                throw Faults.invalid(
                        "A tag's key has 1 to %d characters and doesn't begin with aws:, its value has at most %d: '%s'"
                                .formatted(MAXIMUM_KEY, MAXIMUM_VALUE, key));
            }
        });
    }

    TagResourceResponse tagResource(TagResourceRequest request, Caller caller) {
        change(
                request.resource(),
                caller,
                tags -> {
                    tags.putAll(request.tags());
                    return tags;
                });
        return TagResourceResponse.builder().build();
    }

    UntagResourceResponse untagResource(UntagResourceRequest request, Caller caller) {
        change(
                request.resource(),
                caller,
                tags -> {
                    request.tagKeys().forEach(tags::remove);
                    return tags;
                });
        return UntagResourceResponse.builder().build();
    }

    private void change(String arn, Caller caller, UnaryOperator<Map<String, String>> change) {
        FunctionName name = functions.name(arn, null, caller);
        functions.database.update(transaction -> {
            FunctionRecord function = functions.function(transaction, name);
            Map<String, String> tags = change.apply(new HashMap<>(function.tags()));
            check(tags);
            functions.functions.put(transaction, Functions.key(name), function.withTags(tags));
        });
    }

    ListTagsResponse listTags(ListTagsRequest request, Caller caller) {
        FunctionName name = functions.name(request.resource(), null, caller);
        FunctionRecord function = functions.database.read(view -> functions.function(view, name));
        return ListTagsResponse.builder().tags(function.tags()).build();
    }
}
