package io.homeport.registry;

import static io.homeport.registry.RegistryFixture.arn;
import static io.homeport.registry.RegistryFixture.attributes;
import static io.homeport.registry.RegistryFixture.caller;
import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.core.AccountId;
import io.homeport.core.UserProperty;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.iot.model.CreateThingRequest;
import software.amazon.awssdk.services.iot.model.CreateThingTypeRequest;
import software.amazon.awssdk.services.iot.model.DeleteThingGroupRequest;
import software.amazon.awssdk.services.iot.model.PropagatingAttribute;

class RegistryViewsTest {
    private static final String REGION = RegistryFixture.REGION;

    private final RegistryFixture registry = new RegistryFixture();
    private final RegistryViews views = registry.service.views();

    @Test
    void aThingIsSeenWithItsGroupsAndThoseAbove() {
        registry.createGroup("house");
        registry.createGroup("floor", "house");
        registry.createGroup("shop");
        registry.createThing("lamp", Map.of("color", "red"));
        registry.join("lamp", "floor");
        registry.join("lamp", "shop");
        RegistryViews.Thing lamp = thing("lamp");
        assertThat(lamp.thingTypeName()).isNull();
        assertThat(lamp.attributes()).isEqualTo(Map.of("color", "red"));
        assertThat(lamp.groupArns())
                .containsExactly(
                        arn("thinggroup/floor"), arn("thinggroup/house"), arn("thinggroup/shop"));
        registry.service
                .groups()
                .deleteThingGroup(
                        DeleteThingGroupRequest.builder().thingGroupName("floor").build(),
                        caller());
        assertThat(thing("lamp").groupArns()).containsExactly(arn("thinggroup/shop"));
        assertThat(views.thing(AccountId.DEFAULT, REGION, "car")).isEmpty();
        assertThat(views.thing(AccountId.DEFAULT, "us-east-1", "lamp")).isEmpty();
    }

    @Test
    void groupsAreKnownWithTheirAncestors() {
        registry.createGroup("house");
        registry.createGroup("floor", "house");
        registry.createGroup("room", "floor");
        assertThat(views.groupExists(AccountId.DEFAULT, REGION, "room")).isTrue();
        assertThat(views.groupExists(AccountId.DEFAULT, REGION, "cellar")).isFalse();
        assertThat(views.ancestorGroupArns(AccountId.DEFAULT, REGION, "room"))
                .containsExactly(arn("thinggroup/house"), arn("thinggroup/floor"));
        assertThat(views.ancestorGroupArns(AccountId.DEFAULT, REGION, "cellar")).isEmpty();
    }

    /// Developer guide, "Adding propagating attributes for message enrichment".
    @Test
    void aTypeAddsAttributesToItsThingsMessages() {
        registry.service
                .types()
                .createThingType(
                        CreateThingTypeRequest.builder()
                                .thingTypeName("bulb")
                                .thingTypeProperties(p ->
                                        p.mqtt5Configuration(m ->
                                                m.propagatingAttributes(
                                                        property("c", "color"),
                                                        property("m", "maker"),
                                                        connection("client", "iot:ClientId"),
                                                        connection(
                                                                "thing", "iot:Thing.ThingName"))))
                                .build(),
                        caller());
        registry.service
                .things()
                .createThing(
                        CreateThingRequest.builder()
                                .thingName("lamp")
                                .thingTypeName("bulb")
                                .attributePayload(attributes(Map.of("color", "red")))
                                .build(),
                        caller());
        assertThat(thing("lamp").userProperties("client-7"))
                .containsExactly(
                        new UserProperty("c", "red"),
                        new UserProperty("client", "client-7"),
                        new UserProperty("thing", "lamp"));
    }

    private static PropagatingAttribute property(String key, String thingAttribute) {
        return PropagatingAttribute.builder()
                .userPropertyKey(key)
                .thingAttribute(thingAttribute)
                .build();
    }

    private static PropagatingAttribute connection(String key, String connectionAttribute) {
        return PropagatingAttribute.builder()
                .userPropertyKey(key)
                .connectionAttribute(connectionAttribute)
                .build();
    }

    private RegistryViews.Thing thing(String name) {
        return views.thing(AccountId.DEFAULT, REGION, name).orElseThrow();
    }
}
