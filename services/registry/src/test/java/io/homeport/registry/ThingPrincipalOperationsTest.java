package io.homeport.registry;

import static io.homeport.registry.RegistryFixture.CERTIFICATE;
import static io.homeport.registry.RegistryFixture.OTHER_CERTIFICATE;
import static io.homeport.registry.RegistryFixture.caller;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static software.amazon.awssdk.services.iot.model.ThingPrincipalType.EXCLUSIVE_THING;
import static software.amazon.awssdk.services.iot.model.ThingPrincipalType.NON_EXCLUSIVE_THING;

import io.homeport.core.AccountId;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.iot.model.AttachThingPrincipalRequest;
import software.amazon.awssdk.services.iot.model.DetachThingPrincipalRequest;
import software.amazon.awssdk.services.iot.model.InvalidRequestException;
import software.amazon.awssdk.services.iot.model.ListPrincipalThingsRequest;
import software.amazon.awssdk.services.iot.model.ListPrincipalThingsV2Request;
import software.amazon.awssdk.services.iot.model.ListThingPrincipalsRequest;
import software.amazon.awssdk.services.iot.model.ListThingPrincipalsV2Request;
import software.amazon.awssdk.services.iot.model.PrincipalThingObject;
import software.amazon.awssdk.services.iot.model.ResourceNotFoundException;
import software.amazon.awssdk.services.iot.model.ThingPrincipalObject;
import software.amazon.awssdk.services.iot.model.ThingPrincipalType;

class ThingPrincipalOperationsTest {
    private static final AccountId ACCOUNT = AccountId.DEFAULT;
    private static final String REGION = RegistryFixture.REGION;

    private final RegistryFixture registry = new RegistryFixture();

    @BeforeEach
    void twoThings() {
        registry.createThing("lamp");
        registry.createThing("door");
    }

    @Test
    void aPrincipalIsAttachedToSeveralThings() {
        attach("lamp", CERTIFICATE);
        attach("lamp", CERTIFICATE);
        attach("door", CERTIFICATE);
        attach("lamp", OTHER_CERTIFICATE);
        assertThat(principalsOf("lamp")).containsExactly(CERTIFICATE, OTHER_CERTIFICATE);
        assertThat(thingsOf(CERTIFICATE)).containsExactly("door", "lamp");
        detach("lamp", CERTIFICATE);
        detach("lamp", CERTIFICATE);
        assertThat(thingsOf(CERTIFICATE)).containsExactly("door");
        assertThat(principalsOf("lamp")).containsExactly(OTHER_CERTIFICATE);
    }

    @Test
    void unknownThingsAndPrincipalsAreNotFound() {
        assertThatThrownBy(() -> attach("car", CERTIFICATE))
                .isInstanceOf(ResourceNotFoundException.class)
                .hasMessageContaining("Thing car not found");
        String unknown = CERTIFICATE.replace('a', 'c');
        assertThatThrownBy(() -> attach("lamp", unknown))
                .isInstanceOf(ResourceNotFoundException.class);
        assertThatThrownBy(() -> detach("car", CERTIFICATE))
                .isInstanceOf(ResourceNotFoundException.class);
        assertThatThrownBy(() -> principalsOf("car")).isInstanceOf(ResourceNotFoundException.class);
        assertThatThrownBy(() -> thingsOf(unknown)).isInstanceOf(ResourceNotFoundException.class);
    }

    /// API reference, AttachThingPrincipal: "The thing will be the only thing that's attached to
    /// the principal."
    @Test
    void anExclusivePrincipalHasOneThing() {
        attach("lamp", CERTIFICATE, EXCLUSIVE_THING);
        assertThatThrownBy(() -> attach("door", CERTIFICATE, EXCLUSIVE_THING))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("lamp");
        assertThatThrownBy(() -> attach("door", CERTIFICATE))
                .isInstanceOf(InvalidRequestException.class);
        attach("lamp", OTHER_CERTIFICATE, EXCLUSIVE_THING);
        detach("lamp", CERTIFICATE);
        attach("door", CERTIFICATE);
        assertThatThrownBy(() -> attach("lamp", CERTIFICATE, EXCLUSIVE_THING))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("door");
        attach("lamp", CERTIFICATE, NON_EXCLUSIVE_THING);
    }

    @Test
    void attachingAgainExchangesTheType() {
        attach("lamp", CERTIFICATE);
        attach("lamp", CERTIFICATE, EXCLUSIVE_THING);
        assertThat(registry.service.views().exclusiveThingOf(ACCOUNT, REGION, CERTIFICATE))
                .contains("lamp");
        attach("lamp", CERTIFICATE);
        assertThat(registry.service.views().exclusiveThingOf(ACCOUNT, REGION, CERTIFICATE))
                .isEmpty();
    }

    @Test
    void theSecondListingsGiveTheType() {
        attach("lamp", CERTIFICATE, EXCLUSIVE_THING);
        attach("lamp", OTHER_CERTIFICATE);
        attach("door", OTHER_CERTIFICATE);
        assertThat(principalsV2("lamp", l -> {}))
                .extracting(
                        ThingPrincipalObject::principal, ThingPrincipalObject::thingPrincipalType)
                .containsExactly(
                        tuple(CERTIFICATE, EXCLUSIVE_THING),
                        tuple(OTHER_CERTIFICATE, NON_EXCLUSIVE_THING));
        assertThat(principalsV2("lamp", l -> l.thingPrincipalType(EXCLUSIVE_THING)))
                .extracting(ThingPrincipalObject::principal)
                .containsExactly(CERTIFICATE);
        List<PrincipalThingObject> things =
                registry.service
                        .thingPrincipals()
                        .listPrincipalThingsV2(
                                ListPrincipalThingsV2Request.builder()
                                        .principal(OTHER_CERTIFICATE)
                                        .build(),
                                caller())
                        .principalThingObjects();
        assertThat(things)
                .extracting(
                        PrincipalThingObject::thingName, PrincipalThingObject::thingPrincipalType)
                .containsExactly(
                        tuple("door", NON_EXCLUSIVE_THING), tuple("lamp", NON_EXCLUSIVE_THING));
        assertThatThrownBy(() -> principalsV2("lamp", l -> l.thingPrincipalType("BEST_THING")))
                .isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void othersSeeAttachments() {
        attach("lamp", CERTIFICATE);
        attach("door", CERTIFICATE);
        RegistryViews views = registry.service.views();
        assertThat(views.isAttached(ACCOUNT, REGION, "lamp", CERTIFICATE)).isTrue();
        assertThat(views.isAttached(ACCOUNT, REGION, "lamp", OTHER_CERTIFICATE)).isFalse();
        assertThat(views.isAttached(ACCOUNT, "us-east-1", "lamp", CERTIFICATE)).isFalse();
        assertThat(views.thingsOf(ACCOUNT, REGION, CERTIFICATE, 1)).containsExactly("door");
        assertThat(views.thingsOf(ACCOUNT, REGION, CERTIFICATE, 9)).containsExactly("door", "lamp");
    }

    @Test
    void onlyRealChangesTouchRights() {
        int before = registry.rightsChanges;
        attach("lamp", CERTIFICATE);
        assertThat(registry.rightsChanges).isEqualTo(before + 1);
        attach("lamp", CERTIFICATE);
        detach("door", CERTIFICATE);
        assertThat(registry.rightsChanges).isEqualTo(before + 1);
        detach("lamp", CERTIFICATE);
        assertThat(registry.rightsChanges).isEqualTo(before + 2);
    }

    private void attach(String thing, String principal) {
        attach(thing, principal, NON_EXCLUSIVE_THING);
    }

    private void attach(String thing, String principal, ThingPrincipalType type) {
        registry.service
                .thingPrincipals()
                .attachThingPrincipal(
                        AttachThingPrincipalRequest.builder()
                                .thingName(thing)
                                .principal(principal)
                                .thingPrincipalType(type)
                                .build(),
                        caller());
    }

    private void detach(String thing, String principal) {
        registry.service
                .thingPrincipals()
                .detachThingPrincipal(
                        DetachThingPrincipalRequest.builder()
                                .thingName(thing)
                                .principal(principal)
                                .build(),
                        caller());
    }

    private List<String> principalsOf(String thing) {
        return registry.service
                .thingPrincipals()
                .listThingPrincipals(
                        ListThingPrincipalsRequest.builder().thingName(thing).build(), caller())
                .principals();
    }

    private List<String> thingsOf(String principal) {
        return registry.service
                .thingPrincipals()
                .listPrincipalThings(
                        ListPrincipalThingsRequest.builder().principal(principal).build(), caller())
                .things();
    }

    private List<ThingPrincipalObject> principalsV2(
            String thing, Consumer<ListThingPrincipalsV2Request.Builder> request) {
        return registry.service
                .thingPrincipals()
                .listThingPrincipalsV2(
                        ListThingPrincipalsV2Request.builder()
                                .thingName(thing)
                                .applyMutation(request)
                                .build(),
                        caller())
                .thingPrincipalObjects();
    }
}
