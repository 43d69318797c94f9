package io.homeport.identity;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.iot.model.Tag;

/// Where the tags of resources are kept. Thread-safe; may block.
public interface TagStore {
    /// Takes the tags that a resource is created with; called once the resource is stored, outside
    /// of transactions. Where it throws, the resource is taken back.
    void put(String resourceArn, Map<String, String> tags);

    /// Forgets the tags of a resource that is deleted.
    void forget(String resourceArn);

    /// Tags a resource that was just stored.
    ///
    /// @param takeBack deletes the resource, where the tags are refused
    default void putNew(String resourceArn, List<Tag> tags, Runnable takeBack) {
        if (tags.isEmpty()) {
            return;
        }
        try {
            put(
                    resourceArn,
                    tags.stream()
                            .collect(
                                    Collectors.toMap(
                                            Tag::key,
                                            tag -> tag.value() == null ? "" : tag.value(),
                                            (_, last) -> last)));
        } catch (RuntimeException e) {
            takeBack.run();
            throw e;
        }
    }
}
