package io.homeport.registry;

import io.homeport.aws.Caller;
import io.homeport.aws.PageTokens;
import io.homeport.core.AccountId;
import io.homeport.core.Arn;
import io.homeport.core.Json;
import io.homeport.core.Message;
import io.homeport.core.MessageBus;
import io.homeport.core.Profile;
import io.homeport.storage.Database;
import io.homeport.storage.MemoryStore;
import io.homeport.testkit.SimTimers;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.services.iot.model.AddThingToThingGroupRequest;
import software.amazon.awssdk.services.iot.model.AttributePayload;
import software.amazon.awssdk.services.iot.model.CreateThingGroupRequest;
import software.amazon.awssdk.services.iot.model.CreateThingRequest;
import software.amazon.awssdk.services.iot.model.CreateThingTypeRequest;
import software.amazon.awssdk.services.iot.model.Tag;
import tools.jackson.databind.JsonNode;

/// A registry over memory with time that moves by hand, a bus that remembers, and short forms of
/// what tests ask most.
final class RegistryFixture {
    static final String REGION = "eu-west-1";
    static final String CERTIFICATE = "arn:aws:iot:eu-west-1:000000000000:cert/" + "a".repeat(64);
    static final String OTHER_CERTIFICATE =
            "arn:aws:iot:eu-west-1:000000000000:cert/" + "b".repeat(64);

    final Database database = new Database(new MemoryStore());
    final SimTimers time = new SimTimers();
    final Set<String> principals = new HashSet<>(Set.of(CERTIFICATE, OTHER_CERTIFICATE));
    final Set<String> taggable = new HashSet<>();
    final List<String> deletedGroups = new ArrayList<>();
    final List<Message> published = new ArrayList<>();
    final RegistryService service;
    int rightsChanges;

    RegistryFixture(Profile profile) {
        service =
                new RegistryService(
                        new RegistryService.Ports(
                                database,
                                time,
                                new Random(7),
                                new PageTokens(new byte[16]),
                                new RecordingBus(published),
                                (account, region, arn) -> principals.contains(arn),
                                (Arn arn) -> taggable.contains(arn.toString()),
                                (account, region, type) -> type + ".example:8883",
                                (transaction, account, region, arn) -> deletedGroups.add(arn),
                                () -> rightsChanges++),
                        RegistryLimits.of(profile));
    }

    RegistryFixture() {
        this(Profile.AWS);
    }

    static Caller caller() {
        return caller("000000000000", REGION);
    }

    static Caller caller(String account, String region) {
        return new Caller(
                new AccountId(account),
                region,
                new Caller.Principal.ApiUser("admin", "AKIDEXAMPLE", true),
                "request-1",
                "127.0.0.1");
    }

    static String arn(String resource) {
        return "arn:aws:iot:" + REGION + ":000000000000:" + resource;
    }

    static AttributePayload attributes(Map<String, String> attributes) {
        return AttributePayload.builder().attributes(attributes).build();
    }

    static AttributePayload merge(Map<String, String> attributes) {
        return AttributePayload.builder().attributes(attributes).merge(true).build();
    }

    static Tag tag(String key, String value) {
        return Tag.builder().key(key).value(value).build();
    }

    void createThing(String name, Map<String, String> attributes) {
        service.things()
                .createThing(
                        CreateThingRequest.builder()
                                .thingName(name)
                                .attributePayload(attributes(attributes))
                                .build(),
                        caller());
    }

    void createThing(String name) {
        createThing(name, Map.of());
    }

    void createType(String name) {
        service.types()
                .createThingType(
                        CreateThingTypeRequest.builder().thingTypeName(name).build(), caller());
    }

    void createGroup(String name) {
        service.groups()
                .createThingGroup(
                        CreateThingGroupRequest.builder().thingGroupName(name).build(), caller());
    }

    void createGroup(String name, String parent) {
        service.groups()
                .createThingGroup(
                        CreateThingGroupRequest.builder()
                                .thingGroupName(name)
                                .parentGroupName(parent)
                                .build(),
                        caller());
    }

    void join(String thing, String group) {
        service.memberships()
                .addThingToThingGroup(
                        AddThingToThingGroupRequest.builder()
                                .thingName(thing)
                                .thingGroupName(group)
                                .build(),
                        caller());
    }

    /// The topics published since the last call, and forgets them.
    List<String> topics() {
        List<String> topics = published.stream().map(Message::topic).toList();
        published.clear();
        return topics;
    }

    /// The payload of the one message with this topic.
    JsonNode event(String topic) {
        List<Message> found = published.stream().filter(m -> m.topic().equals(topic)).toList();
        if (found.size() != 1) {
            throw new AssertionError("wanted one " + topic + " among " + published);
        }
        return Json.MAPPER.readTree(found.getFirst().payload());
    }

    private record RecordingBus(List<Message> published) implements MessageBus {
        @Override
        public CompletableFuture<Void> publish(Message message) {
            published.add(message);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public Subscription subscribe(AccountId account, String topicFilter, Handler handler) {
            throw new AssertionError("the registry only publishes");
        }
    }
}
