package io.homeport.registry;

import static io.homeport.registry.RegistryFixture.arn;
import static io.homeport.registry.RegistryFixture.caller;
import static io.homeport.registry.RegistryFixture.tag;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.homeport.core.AccountId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.iot.model.CreateBillingGroupRequest;
import software.amazon.awssdk.services.iot.model.CreateThingGroupRequest;
import software.amazon.awssdk.services.iot.model.CreateThingTypeRequest;
import software.amazon.awssdk.services.iot.model.DeleteThingGroupRequest;
import software.amazon.awssdk.services.iot.model.InvalidRequestException;
import software.amazon.awssdk.services.iot.model.LimitExceededException;
import software.amazon.awssdk.services.iot.model.ListTagsForResourceRequest;
import software.amazon.awssdk.services.iot.model.ResourceNotFoundException;
import software.amazon.awssdk.services.iot.model.Tag;
import software.amazon.awssdk.services.iot.model.TagResourceRequest;
import software.amazon.awssdk.services.iot.model.UntagResourceRequest;

class TagOperationsTest {
    private final RegistryFixture registry = new RegistryFixture();

    @Test
    void tagsOfACreationAreThere() {
        registry.service
                .types()
                .createThingType(
                        CreateThingTypeRequest.builder()
                                .thingTypeName("bulb")
                                .tags(tag("a", "1"))
                                .build(),
                        caller());
        registry.service
                .groups()
                .createThingGroup(
                        CreateThingGroupRequest.builder()
                                .thingGroupName("house")
                                .tags(tag("b", "2"), tag("a", "1"))
                                .build(),
                        caller());
        registry.service
                .billingGroups()
                .createBillingGroup(
                        CreateBillingGroupRequest.builder()
                                .billingGroupName("north")
                                .tags(tag("c", ""))
                                .build(),
                        caller());
        assertThat(tagsOf("thingtype/bulb")).containsExactly(tag("a", "1"));
        assertThat(tagsOf("thinggroup/house")).containsExactly(tag("a", "1"), tag("b", "2"));
        assertThat(tagsOf("billinggroup/north")).containsExactly(tag("c", ""));
    }

    @Test
    void tagsAreAddedReplacedAndRemoved() {
        registry.createGroup("house");
        assertThat(tagsOf("thinggroup/house")).isEmpty();
        put("thinggroup/house", List.of(tag("a", "1"), tag("b", "2")));
        put("thinggroup/house", List.of(tag("a", "3")));
        assertThat(tagsOf("thinggroup/house")).containsExactly(tag("a", "3"), tag("b", "2"));
        remove("thinggroup/house", "a", "z");
        assertThat(tagsOf("thinggroup/house")).containsExactly(tag("b", "2"));
    }

    @Test
    void aDeletedGroupsTagsDoNotComeBack() {
        registry.createGroup("house");
        put("thinggroup/house", List.of(tag("a", "1")));
        registry.service
                .groups()
                .deleteThingGroup(
                        DeleteThingGroupRequest.builder().thingGroupName("house").build(),
                        caller());
        assertThatThrownBy(() -> tagsOf("thinggroup/house"))
                .isInstanceOf(ResourceNotFoundException.class);
        registry.createGroup("house");
        assertThat(tagsOf("thinggroup/house")).isEmpty();
    }

    /// Developer guide, "Tagging your AWS IoT resources": things have no tags.
    @Test
    void thingsAndStrangersAreNotTagged() {
        registry.createThing("lamp");
        assertThatThrownBy(() -> put("thing/lamp", List.of(tag("a", "1"))))
                .isInstanceOf(InvalidRequestException.class);
        assertThatThrownBy(() -> tagsOf("policy/p")).isInstanceOf(ResourceNotFoundException.class);
        registry.taggable.add(arn("policy/p"));
        put("policy/p", List.of(tag("a", "1")));
        assertThat(tagsOf("policy/p")).containsExactly(tag("a", "1"));
        registry.createGroup("house");
        assertThatThrownBy(() -> tagsOfArn("arn:aws:iot:eu-west-1:111111111111:thinggroup/house"))
                .isInstanceOf(ResourceNotFoundException.class);
        assertThatThrownBy(() -> tagsOfArn("thinggroup/house"))
                .isInstanceOf(InvalidRequestException.class);
        assertThatThrownBy(() -> tagsOfArn("arn:aws:s3:::bucket"))
                .isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void aResourceHasFiftyTags() {
        registry.createGroup("house");
        List<Tag> fifty = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            fifty.add(tag("key" + i, "x"));
        }
        put("thinggroup/house", fifty);
        put("thinggroup/house", fifty);
        assertThatThrownBy(() -> put("thinggroup/house", List.of(tag("one more", "x"))))
                .isInstanceOf(LimitExceededException.class);
        assertThat(tagsOf("thinggroup/house")).hasSize(50);
    }

    @Test
    void doubleAndReservedKeysAreRefused() {
        registry.createGroup("house");
        assertThatThrownBy(() -> put("thinggroup/house", List.of(tag("a", "1"), tag("a", "2"))))
                .isInstanceOf(InvalidRequestException.class);
        assertThatThrownBy(() -> put("thinggroup/house", List.of(tag("AWS:x", "1"))))
                .isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void othersHandInTheTagsOfTheirResources() {
        TagStore tags = registry.service.tags();
        tags.tag(AccountId.DEFAULT, "eu-west-1", arn("policy/p"), List.of(tag("a", "1")));
        registry.taggable.add(arn("policy/p"));
        assertThat(tagsOf("policy/p")).containsExactly(tag("a", "1"));
        tags.forget(AccountId.DEFAULT, "eu-west-1", arn("policy/p"));
        assertThat(tagsOf("policy/p")).isEmpty();
    }

    private void put(String resource, List<Tag> tags) {
        registry.service
                .tagOperations()
                .tagResource(
                        TagResourceRequest.builder().resourceArn(arn(resource)).tags(tags).build(),
                        caller());
    }

    private void remove(String resource, String... keys) {
        registry.service
                .tagOperations()
                .untagResource(
                        UntagResourceRequest.builder()
                                .resourceArn(arn(resource))
                                .tagKeys(keys)
                                .build(),
                        caller());
    }

    private List<Tag> tagsOf(String resource) {
        return tagsOfArn(arn(resource));
    }

    private List<Tag> tagsOfArn(String arn) {
        return registry.service
                .tagOperations()
                .listTagsForResource(
                        ListTagsForResourceRequest.builder().resourceArn(arn).build(), caller())
                .tags();
    }
}
