package io.homeport.registry;

import static io.homeport.registry.RegistryFixture.CERTIFICATE;
import static io.homeport.registry.RegistryFixture.OTHER_CERTIFICATE;
import static io.homeport.registry.RegistryFixture.attributes;
import static io.homeport.registry.RegistryFixture.caller;
import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.core.AccountId;
import io.homeport.core.Profile;
import io.homeport.testkit.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.iot.model.AttachThingPrincipalRequest;
import software.amazon.awssdk.services.iot.model.CreateThingGroupRequest;
import software.amazon.awssdk.services.iot.model.CreateThingRequest;
import software.amazon.awssdk.services.iot.model.DeleteThingGroupRequest;
import software.amazon.awssdk.services.iot.model.DeleteThingRequest;
import software.amazon.awssdk.services.iot.model.DescribeThingRequest;
import software.amazon.awssdk.services.iot.model.DescribeThingResponse;
import software.amazon.awssdk.services.iot.model.DetachThingPrincipalRequest;
import software.amazon.awssdk.services.iot.model.GroupNameAndArn;
import software.amazon.awssdk.services.iot.model.IotException;
import software.amazon.awssdk.services.iot.model.ListThingGroupsForThingRequest;
import software.amazon.awssdk.services.iot.model.ListThingsInThingGroupRequest;
import software.amazon.awssdk.services.iot.model.ListThingsInThingGroupResponse;
import software.amazon.awssdk.services.iot.model.ListThingsRequest;
import software.amazon.awssdk.services.iot.model.ListThingsResponse;
import software.amazon.awssdk.services.iot.model.RemoveThingFromThingGroupRequest;
import software.amazon.awssdk.services.iot.model.ThingAttribute;
import software.amazon.awssdk.services.iot.model.ThingPrincipalType;
import software.amazon.awssdk.services.iot.model.UpdateThingRequest;

/// Random operations against a model of a few lines.
class RegistryPropertyTest {
    private static final List<String> THINGS = List.of("t1", "t2", "t3", "t4", "t5");
    private static final List<String> GROUPS = List.of("g1", "g2", "g3", "g4", "g5");
    private static final List<String> TYPES = List.of("", "bulb", "tube");
    private static final List<String> VALUES = List.of("red", "redder", "blue");
    private static final List<String> CERTIFICATES = List.of(CERTIFICATE, OTHER_CERTIFICATE);

    @Test
    void theRegistryDoesWhatTheModelDoes() {
        Seeds.run(60, seed -> new Run(new Random(seed)).run(150));
    }

    /// What stays through a listing is seen exactly once, whatever comes and goes between its
    /// pages.
    @Test
    void pagesShowWhatStaysExactlyOnce() {
        Seeds.run(
                60,
                seed -> {
                    Random random = new Random(seed);
                    RegistryFixture registry = new RegistryFixture();
                    registry.createGroup("house");
                    registry.createGroup("floor", "house");
                    TreeSet<String> stable = new TreeSet<>();
                    TreeSet<String> passing = new TreeSet<>();
                    for (int i = 0; i < 30; i++) {
                        String name = "t" + random.nextInt(1000);
                        if (stable.add(name)) {
                            registry.createThing(name, Map.of("color", "red" + (i % 3)));
                            registry.join(name, random.nextBoolean() ? "house" : "floor");
                        }
                    }
                    Listing listing = Listing.values()[random.nextInt(Listing.values().length)];
                    List<String> seen = new ArrayList<>();
                    String token = null;
                    do {
                        token = listing.page(registry, 1 + random.nextInt(5), token, seen);
                        String name = "t" + random.nextInt(1000);
                        if (!stable.contains(name) && passing.add(name)) {
                            registry.createThing(name, Map.of("color", "red1"));
                            registry.join(name, "floor");
                        } else if (!passing.isEmpty() && random.nextInt(3) == 0) {
                            deleteThing(registry, passing.pollFirst());
                        }
                    } while (token != null);
                    assertThat(seen).doesNotHaveDuplicates().containsAll(stable);
                });
    }

    private enum Listing {
        ALL,
        BY_VALUE_PREFIX,
        IN_GROUP;

        private @Nullable String page(
                RegistryFixture registry, int size, @Nullable String token, List<String> seen) {
            if (this == IN_GROUP) {
                ListThingsInThingGroupResponse page =
                        registry.service
                                .memberships()
                                .listThingsInThingGroup(
                                        ListThingsInThingGroupRequest.builder()
                                                .thingGroupName("house")
                                                .recursive(true)
                                                .maxResults(size)
                                                .nextToken(token)
                                                .build(),
                                        caller());
                seen.addAll(page.things());
                return page.nextToken();
            }
            ListThingsRequest.Builder request =
                    ListThingsRequest.builder().maxResults(size).nextToken(token);
            if (this == BY_VALUE_PREFIX) {
                request.attributeName("color").attributeValue("red").usePrefixAttributeValue(true);
            }
            ListThingsResponse page =
                    registry.service.things().listThings(request.build(), caller());
            page.things().forEach(thing -> seen.add(thing.thingName()));
            return page.nextToken();
        }
    }

    private static void deleteThing(RegistryFixture registry, String name) {
        registry.service
                .things()
                .deleteThing(DeleteThingRequest.builder().thingName(name).build(), caller());
    }

    /// One seed: the registry, the model, and the steps on both.
    private static final class Run {
        private final Random random;
        private final RegistryFixture registry = new RegistryFixture(Profile.OPEN);
        private final RegistryService service = registry.service;

        private final SortedMap<String, ModelThing> things = new TreeMap<>();
        private final SortedMap<String, String> parents = new TreeMap<>();

        private static final class ModelThing {
            private String type = "";
            private String color = "";
            private long version = 1;
            private final SortedSet<String> groups = new TreeSet<>();
            private final SortedMap<String, Boolean> principals = new TreeMap<>();
        }

        Run(Random random) {
            this.random = random;
            registry.createType("bulb");
            registry.createType("tube");
        }

        void run(int steps) {
            for (int i = 0; i < steps; i++) {
                step();
            }
            check();
        }

        private void step() {
            String thing = one(THINGS);
            String group = one(GROUPS);
            String certificate = one(CERTIFICATES);
            switch (random.nextInt(9)) {
                case 0, 1 -> createThing(thing, one(TYPES), one(VALUES));
                case 2 -> updateThing(thing, one(TYPES), one(VALUES));
                case 3 -> removeThing(thing);
                case 4 -> createGroup(group, random.nextBoolean() ? "" : one(GROUPS));
                case 5 -> deleteGroup(group);
                case 6 -> joinOrLeave(thing, group, random.nextInt(3) > 0);
                case 7 -> attach(thing, certificate, random.nextInt(3) == 0);
                default -> detach(thing, certificate);
            }
            if (random.nextInt(10) == 0) {
                check();
            }
        }

        private void createThing(String name, String type, String color) {
            ModelThing old = things.get(name);
            boolean fine = old == null || (old.type.equals(type) && old.color.equals(color));
            expect(
                    fine,
                    () ->
                            service.things()
                                    .createThing(
                                            CreateThingRequest.builder()
                                                    .thingName(name)
                                                    .thingTypeName(type.isEmpty() ? null : type)
                                                    .attributePayload(
                                                            attributes(Map.of("color", color)))
                                                    .build(),
                                            caller()));
            if (old == null) {
                ModelThing made = new ModelThing();
                made.type = type;
                made.color = color;
                things.put(name, made);
            }
        }

        private void updateThing(String name, String type, String color) {
            ModelThing thing = things.get(name);
            long expected = 1L + random.nextInt(3);
            expect(
                    thing != null && thing.version == expected,
                    () ->
                            service.things()
                                    .updateThing(
                                            UpdateThingRequest.builder()
                                                    .thingName(name)
                                                    .thingTypeName(type.isEmpty() ? null : type)
                                                    .removeThingType(type.isEmpty())
                                                    .expectedVersion(expected)
                                                    .attributePayload(
                                                            attributes(Map.of("color", color)))
                                                    .build(),
                                            caller()));
            if (thing != null && thing.version == expected) {
                thing.type = type;
                thing.color = color;
                thing.version++;
            }
        }

        private void removeThing(String name) {
            ModelThing thing = things.get(name);
            boolean fine = thing == null || thing.principals.isEmpty();
            expect(fine, () -> deleteThing(registry, name));
            if (fine) {
                things.remove(name);
            }
        }

        private void createGroup(String name, String parent) {
            String old = parents.get(name);
            boolean fine =
                    (parent.isEmpty() || parents.containsKey(parent))
                            && (old == null || old.equals(parent));
            expect(
                    fine,
                    () ->
                            service.groups()
                                    .createThingGroup(
                                            CreateThingGroupRequest.builder()
                                                    .thingGroupName(name)
                                                    .parentGroupName(
                                                            parent.isEmpty() ? null : parent)
                                                    .build(),
                                            caller()));
            if (fine) {
                parents.put(name, parent);
            }
        }

        private void deleteGroup(String name) {
            boolean fine = !parents.containsValue(name);
            expect(
                    fine,
                    () ->
                            service.groups()
                                    .deleteThingGroup(
                                            DeleteThingGroupRequest.builder()
                                                    .thingGroupName(name)
                                                    .build(),
                                            caller()));
            if (fine) {
                parents.remove(name);
                things.values().forEach(thing -> thing.groups.remove(name));
            }
        }

        private void joinOrLeave(String name, String group, boolean join) {
            ModelThing thing = things.get(name);
            boolean exist = thing != null && parents.containsKey(group);
            if (!join) {
                expect(exist, () -> leave(name, group));
                if (thing != null) {
                    thing.groups.remove(group);
                }
                return;
            }
            boolean fine =
                    exist
                            && thing != null
                            && (thing.groups.contains(group)
                                    || thing.groups.stream()
                                            .noneMatch(g -> root(g).equals(root(group))));
            expect(fine, () -> registry.join(name, group));
            if (fine && thing != null) {
                thing.groups.add(group);
            }
        }

        private void leave(String name, String group) {
            service.memberships()
                    .removeThingFromThingGroup(
                            RemoveThingFromThingGroupRequest.builder()
                                    .thingName(name)
                                    .thingGroupName(group)
                                    .build(),
                            caller());
        }

        private void attach(String name, String certificate, boolean exclusive) {
            ModelThing thing = things.get(name);
            boolean fine =
                    thing != null
                            && things.values().stream()
                                    .filter(other -> other != thing)
                                    .map(other -> other.principals.get(certificate))
                                    .noneMatch(other -> other != null && (other || exclusive));
            expect(
                    fine,
                    () ->
                            service.thingPrincipals()
                                    .attachThingPrincipal(
                                            AttachThingPrincipalRequest.builder()
                                                    .thingName(name)
                                                    .principal(certificate)
                                                    .thingPrincipalType(
                                                            exclusive
                                                                    ? ThingPrincipalType
                                                                            .EXCLUSIVE_THING
                                                                    : ThingPrincipalType
                                                                            .NON_EXCLUSIVE_THING)
                                                    .build(),
                                            caller()));
            if (fine && thing != null) {
                thing.principals.put(certificate, exclusive);
            }
        }

        private void detach(String name, String certificate) {
            ModelThing thing = things.get(name);
            expect(
                    thing != null,
                    () ->
                            service.thingPrincipals()
                                    .detachThingPrincipal(
                                            DetachThingPrincipalRequest.builder()
                                                    .thingName(name)
                                                    .principal(certificate)
                                                    .build(),
                                            caller()));
            if (thing != null) {
                thing.principals.remove(certificate);
            }
        }

        private void check() {
            assertThat(names(ListThingsRequest.builder().build()))
                    .containsExactlyElementsOf(things.keySet());
            for (String value : VALUES) {
                assertThat(
                                names(
                                        ListThingsRequest.builder()
                                                .attributeName("color")
                                                .attributeValue(value)
                                                .build()))
                        .containsExactlyElementsOf(thingsWith(t -> t.color.equals(value)));
            }
            for (String type : List.of("bulb", "tube")) {
                assertThat(names(ListThingsRequest.builder().thingTypeName(type).build()))
                        .containsExactlyElementsOf(thingsWith(t -> t.type.equals(type)));
            }
            for (String group : parents.keySet()) {
                assertThat(thingsIn(group, false))
                        .containsExactlyElementsOf(thingsWith(t -> t.groups.contains(group)));
                assertThat(thingsIn(group, true))
                        .containsExactlyElementsOf(
                                thingsWith(t ->
                                        t.groups.stream().anyMatch(g -> path(g).contains(group))));
            }
            things.forEach(this::checkThing);
            for (String certificate : CERTIFICATES) {
                assertThat(
                                service.views()
                                        .thingsOf(
                                                AccountId.DEFAULT,
                                                RegistryFixture.REGION,
                                                certificate,
                                                100))
                        .containsExactlyElementsOf(
                                thingsWith(t -> t.principals.containsKey(certificate)));
            }
        }

        private void checkThing(String name, ModelThing model) {
            DescribeThingResponse thing =
                    service.things()
                            .describeThing(
                                    DescribeThingRequest.builder().thingName(name).build(),
                                    caller());
            assertThat(thing.version()).isEqualTo(model.version);
            assertThat(thing.attributes()).isEqualTo(Map.of("color", model.color));
            assertThat(thing.thingTypeName()).isEqualTo(model.type.isEmpty() ? null : model.type);
            List<GroupNameAndArn> groups =
                    service.memberships()
                            .listThingGroupsForThing(
                                    ListThingGroupsForThingRequest.builder()
                                            .thingName(name)
                                            .build(),
                                    caller())
                            .thingGroups();
            assertThat(groups)
                    .extracting(GroupNameAndArn::groupName)
                    .containsExactlyElementsOf(model.groups);
        }

        private List<String> thingsWith(Predicate<ModelThing> filter) {
            return things.entrySet().stream()
                    .filter(entry -> filter.test(entry.getValue()))
                    .map(Map.Entry::getKey)
                    .toList();
        }

        private List<String> names(ListThingsRequest request) {
            return service.things().listThings(request, caller()).things().stream()
                    .map(ThingAttribute::thingName)
                    .toList();
        }

        private List<String> thingsIn(String group, boolean recursive) {
            return service.memberships()
                    .listThingsInThingGroup(
                            ListThingsInThingGroupRequest.builder()
                                    .thingGroupName(group)
                                    .recursive(recursive)
                                    .build(),
                            caller())
                    .things();
        }

        /// The group and all above it.
        private List<String> path(String group) {
            List<String> path = new ArrayList<>();
            String at = group;
            while (at != null && !at.isEmpty()) {
                path.add(at);
                at = parents.get(at);
            }
            return path;
        }

        private String root(String group) {
            return path(group).getLast();
        }

        private String one(List<String> choices) {
            return choices.get(random.nextInt(choices.size()));
        }

        private static void expect(boolean fine, Runnable call) {
            boolean was = true;
            try {
                call.run();
            } catch (IotException e) {
                was = false;
            }
            assertThat(was).as("accepted").isEqualTo(fine);
        }
    }
}
