package io.homeport.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.aws.Caller;
import io.homeport.core.AccountId;
import io.homeport.core.Profile;
import io.homeport.core.UserProperty;
import io.homeport.policy.PolicyContext;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.iot.model.CertificateMode;
import software.amazon.awssdk.services.iot.model.CertificateStatus;
import software.amazon.awssdk.services.iot.model.CreateCertificateFromCsrResponse;
import software.amazon.awssdk.services.iot.model.CreatePolicyVersionRequest;
import software.amazon.awssdk.services.iot.model.DeleteCertificateRequest;
import software.amazon.awssdk.services.iot.model.RegisterCaCertificateRequest;
import software.amazon.awssdk.services.iot.model.RegisterCertificateWithoutCaRequest;
import software.amazon.awssdk.services.iot.model.TransferCertificateRequest;
import software.amazon.awssdk.services.iot.model.UpdateCertificateRequest;

/// AWS IoT developer guide: "X.509 client certificates", "just-in-time registration", "policy
/// variables".
final class DeviceRightsTest {
    private static final String TOPIC = "arn:aws:iot:us-east-1:000000000000:topic/";

    @TempDir private Path directory;
    private Identity identity;
    private DeviceRights rights;
    private final List<String> changes = new ArrayList<>();
    private final Chains.Signed ca = Chains.ca("CN=Acme CA,O=Acme,C=US");

    @BeforeEach
    void start() {
        identity = new Identity(directory, Profile.AWS);
        rights = identity.service.deviceRights();
        rights.onChange(
                new DeviceRights.ChangeListener() {
                    @Override
                    public void rightsChanged() {
                        changes.add("rights");
                    }

                    @Override
                    public void principalRevoked(CertificateIdentity revoked, String reason) {
                        changes.add(reason);
                    }
                });
    }

    @Test
    void anActiveCertificateIsAccepted() {
        CreateCertificateFromCsrResponse made = identity.issue("CN=lamp");
        assertThat(authenticate(made.certificatePem(), null))
                .isEqualTo(
                        new DeviceRights.Authentication.Accepted(
                                new CertificateIdentity(
                                        AccountId.DEFAULT, Identity.REGION, made.certificateId())));
    }

    @Test
    void theReasonOfARefusalNamesTheStatus() {
        CreateCertificateFromCsrResponse made = identity.issue("CN=lamp");
        for (CertificateStatus status :
                List.of(CertificateStatus.INACTIVE, CertificateStatus.REVOKED)) {
            update(made.certificateId(), status);
            assertThat(reason(made.certificatePem(), null)).endsWith("is " + status);
        }
        update(made.certificateId(), CertificateStatus.INACTIVE);
        identity.call(
                TransferCertificateRequest.builder()
                        .certificateId(made.certificateId())
                        .targetAwsAccount("111111111111")
                        .build());
        assertThat(reason(made.certificatePem(), null)).endsWith("is PENDING_TRANSFER");
    }

    @Test
    void aCertificateOutsideItsTimeIsRefused() {
        Chains.Signed device = Chains.device(ca, "CN=lamp");
        registerWithoutCa(device, identity.caller);
        assertThat(authenticate(device.pem(), null))
                .isInstanceOf(DeviceRights.Authentication.Accepted.class);
        identity.clock.advance(Duration.ofDays(366));
        assertThat(reason(device.pem(), null)).contains("has expired at 2027-01-01T00:00:00Z");
        identity.clock.advance(Duration.ofDays(-800));
        assertThat(reason(device.pem(), null)).contains("is not valid before");
    }

    @Test
    void anUnknownCertificateAndNoneAreRefused() {
        assertThat(reason(Chains.device(ca, "CN=lamp").pem(), null)).contains("is not registered");
        assertThat(rights.authenticate(List.of(), null))
                .isEqualTo(
                        new DeviceRights.Authentication.Refused("the client sent no certificate"));
    }

    @Test
    void aNewCertificateOfACaWithAutomaticRegistrationBecomesPendingActivation() {
        registerCa(true);
        Chains.Signed device = Chains.device(ca, "CN=lamp");
        assertThat(reason(device.pem(), null)).contains("it is now, as PENDING_ACTIVATION");
        assertThat(reason(device.pem(), null)).endsWith("is PENDING_ACTIVATION");
        assertThat(identity.published).hasSize(1);
        assertThat(identity.published.getFirst().topic())
                .isEqualTo("$aws/events/certificates/registered/" + ca.id());
        long now = identity.clock.millis();
        assertThat(new String(identity.published.getFirst().payload(), StandardCharsets.UTF_8))
                .isEqualTo(
                        "{\"certificateId\":\""
                                + device.id()
                                + "\",\"caCertificateId\":\""
                                + ca.id()
                                + "\",\"timestamp\":"
                                + now
                                + ",\"certificateStatus\":\"PENDING_ACTIVATION\","
                                + "\"awsAccountId\":\"000000000000\","
                                + "\"certificateRegistrationTimestamp\":\""
                                + now
                                + "\"}");
        update(device.id(), CertificateStatus.ACTIVE);
        assertThat(authenticate(device.pem(), null))
                .isInstanceOf(DeviceRights.Authentication.Accepted.class);
    }

    @Test
    void withoutAutomaticRegistrationOrWithAForgedSignatureNothingIsRegistered() {
        registerCa(false);
        assertThat(reason(Chains.device(ca, "CN=lamp").pem(), null))
                .contains("no active CA with automatic registration signed it");
        registerCaOf(Chains.ca("CN=Other CA"), true);
        Chains.Signed impostor = Chains.ca("CN=Other CA");
        assertThat(reason(Chains.device(impostor, "CN=lamp").pem(), null)).contains("no active CA");
        assertThat(identity.published).isEmpty();
    }

    @Test
    void theServerNamePicksTheAccountAndRegionOfASharedCertificate() {
        Chains.Signed device = Chains.device(ca, "CN=lamp");
        registerWithoutCa(device, Identity.caller("111111111111", "eu-west-1"));
        assertThat(account(device, null)).isEqualTo("111111111111/eu-west-1");
        registerWithoutCa(device, Identity.caller("111111111111", "us-west-2"));
        assertThat(reason(device.pem(), "localhost")).contains("picks none");
        assertThat(account(device, "a.iot.us-west-2.example.org"))
                .isEqualTo("111111111111/us-west-2");
        registerWithoutCa(device, identity.caller);
        // The server's own account and region are meant where nothing else is said.
        assertThat(account(device, null)).isEqualTo("000000000000/us-east-1");
        assertThat(account(device, "111111111111-ats.iot.eu-west-1.example.org"))
                .isEqualTo("111111111111/eu-west-1");
        assertThat(reason(device.pem(), "222222222222.example.org")).contains("picks none");
    }

    @Test
    void policiesOfCertificateAndGroupsHoldTogether() {
        String arn = identity.issue("CN=lamp").certificateArn();
        identity.things.ancestorsOfGroups.put("lamps", List.of());
        identity.things.add("lamp", Map.of("room", "hall"), Identity.groupArn("lamps"));
        identity.createPolicy("own", allow("iot:Publish", TOPIC + "own"));
        identity.createPolicy("group", allow("iot:Publish", TOPIC + "group"));
        identity.attach("own", arn);
        identity.attach("group", Identity.groupArn("lamps"));
        assertThat(allowed(arn, "lamp", "own")).isTrue();
        assertThat(allowed(arn, "lamp", "group")).isFalse();
        identity.things.attach(arn, "lamp");
        assertThat(allowed(arn, "lamp", "group")).isTrue();
        // The client id must be the thing's name, unless the thing has the certificate alone.
        assertThat(allowed(arn, "other", "group")).isFalse();
        identity.things.exclusive.add(arn);
        assertThat(allowed(arn, "other", "group")).isTrue();
        assertThat(allowed(arn, "other", "neither")).isFalse();
    }

    @Test
    void aNewDefaultVersionHoldsAtOnceAndIsTold() {
        String arn = identity.issue("CN=lamp").certificateArn();
        identity.createPolicy("p", allow("iot:Publish", TOPIC + "one"));
        identity.attach("p", arn);
        assertThat(allowed(arn, "lamp", "one")).isTrue();
        long before = rights.version();
        changes.clear();
        identity.call(
                CreatePolicyVersionRequest.builder()
                        .policyName("p")
                        .policyDocument(allow("iot:Publish", TOPIC + "two"))
                        .setAsDefault(true)
                        .build());
        assertThat(allowed(arn, "lamp", "one")).isFalse();
        assertThat(allowed(arn, "lamp", "two")).isTrue();
        assertThat(rights.version()).isGreaterThan(before);
        assertThat(changes).containsExactly("rights");
    }

    @Test
    void aRevokedOrDeletedCertificateIsToldAndHasNoRights() {
        CreateCertificateFromCsrResponse made = identity.issue("CN=lamp");
        identity.createPolicy("p", Identity.ALLOW_ALL);
        identity.attach("p", made.certificateArn());
        changes.clear();
        update(made.certificateId(), CertificateStatus.REVOKED);
        assertThat(changes).containsExactly("the certificate is REVOKED");
        assertThat(allowed(made.certificateArn(), "lamp", "any")).isFalse();
        identity.call(
                DeleteCertificateRequest.builder()
                        .certificateId(made.certificateId())
                        .forceDelete(true)
                        .build());
        assertThat(changes).contains("the certificate is deleted");
        changes.clear();
        rights.thingsChanged();
        assertThat(changes).containsExactly("rights");
    }

    @Test
    void certificateVariablesHaveTheirFirstNumberedAndListedValues() {
        String subject = "CN=lamp,OU=b,OU=a,O=Acme,L=X,ST=NY,C=US,SERIALNUMBER=7,DNQ=q";
        Chains.Signed device = Chains.device(ca, subject);
        registerWithoutCa(device, identity.caller);
        PolicyContext context = context(device.id(), "lamp");
        assertThat(context.values("iot:CertificateId")).containsExactly(device.id());
        assertThat(context.values("iot:Certificate.Subject.CommonName")).containsExactly("lamp");
        assertThat(context.values("IOT:certificate.subject.commonname")).containsExactly("lamp");
        assertThat(context.values("iot:Certificate.Subject.OrganizationalUnit")).hasSize(1);
        assertThat(context.values("iot:Certificate.Subject.OrganizationalUnit.List"))
                .containsExactlyInAnyOrder("a", "b");
        assertThat(context.values("iot:Certificate.Subject.OrganizationalUnit.1")).hasSize(1);
        assertThat(context.values("iot:Certificate.Subject.OrganizationalUnit.2")).isEmpty();
        assertThat(context.values("iot:Certificate.Subject.State")).containsExactly("NY");
        assertThat(context.values("iot:Certificate.Subject.SerialNumber")).containsExactly("7");
        assertThat(context.values("iot:Certificate.Subject.DistinguishedNameQualifier"))
                .containsExactly("q");
        assertThat(context.values("iot:Certificate.Issuer.Country")).containsExactly("US");
        assertThat(context.values("iot:Certificate.Subject.AlternativeName.DNSName"))
                .containsExactly("lamp.example.org");
        assertThat(context.values("iot:Certificate.Subject.AlternativeName.RFC822Name"))
                .containsExactly("lamp@example.org");
        assertThat(context.values("iot:Certificate.SerialNumber"))
                .containsExactly(device.certificate().getSerialNumber().toString());
        assertThat(context.values("iot:Certificate.AvailableKeys"))
                .contains("iot:Certificate.Subject.CommonName", "iot:Certificate.SerialNumber");
        assertThat(context.values("iot:Certificate.Subject.Title")).isEmpty();
    }

    @Test
    void thingVariablesAreThereForAttachedThingsOverMqttAlone() {
        CreateCertificateFromCsrResponse made = identity.issue("CN=lamp");
        identity.things.add("lamp", Map.of("Room", "hall"));
        PolicyContext detached = context(made.certificateId(), "lamp");
        assertThat(detached.values("iot:Connection.Thing.IsAttached")).containsExactly("false");
        assertThat(detached.values("iot:Connection.Thing.ThingName")).isEmpty();
        identity.things.attach(made.certificateArn(), "lamp");
        PolicyContext context = context(made.certificateId(), "lamp");
        assertThat(context.values("iot:Connection.Thing.IsAttached")).containsExactly("true");
        assertThat(context.values("iot:connection.thing.thingname")).containsExactly("lamp");
        assertThat(context.values("iot:Connection.Thing.ThingTypeName"))
                .containsExactly("lamp-type");
        assertThat(context.values("iot:Connection.Thing.Attributes[Room]")).containsExactly("hall");
        assertThat(context.values("iot:Connection.Thing.Attributes[room]")).isEmpty();
        assertThat(context.values("iot:ClientId")).containsExactly("lamp");
        PolicyContext https = context(made.certificateId(), null);
        assertThat(https.values("iot:Connection.Thing.ThingName")).isEmpty();
        assertThat(https.values("iot:Connection.Thing.IsAttached")).isEmpty();
    }

    @Test
    void onlyAnExclusiveThingIsNamedInLifecycleEvents() {
        CreateCertificateFromCsrResponse made = identity.issue("CN=lamp");
        identity.things.add("lamp", Map.of());
        identity.things.attach(made.certificateArn(), "lamp");
        assertThat(rights(made.certificateId(), "lamp").thingName()).isNull();
        assertThat(rights(made.certificateId(), "lamp").propagatedProperties())
                .containsExactly(new UserProperty("client", "lamp"));
        identity.things.exclusive.add(made.certificateArn());
        assertThat(rights(made.certificateId(), "any").thingName()).isEqualTo("lamp");
    }

    @Test
    void aResetForgetsEverythingButTheAdministrator() {
        CreateCertificateFromCsrResponse made = identity.issue("CN=lamp");
        identity.createPolicy("p", Identity.ALLOW_ALL);
        identity.attach("p", made.certificateArn());
        identity.service.reset();
        assertThat(reason(made.certificatePem(), null)).contains("is not registered");
        assertThat(
                        identity.service.principalExists(
                                AccountId.DEFAULT, Identity.REGION, made.certificateArn()))
                .isFalse();
        identity.createPolicy("p", Identity.ALLOW_ALL);
        AccessKey key =
                LocalAuthority.open(directory, List.of(), identity.clock).administratorKey();
        assertThat(identity.service.apiUsers().find(key.accessKeyId())).isPresent();
    }

    private boolean allowed(String certificateArn, String clientId, String topic) {
        DeviceRights.Rights held =
                rights(certificateArn.substring(certificateArn.indexOf('/') + 1), clientId);
        return held.policies().decide("iot:Publish", TOPIC + topic, held.context()).allowed();
    }

    private PolicyContext context(String certificateId, @Nullable String clientId) {
        return rights(certificateId, clientId).context();
    }

    private DeviceRights.Rights rights(String certificateId, @Nullable String clientId) {
        return rights.rights(
                new CertificateIdentity(AccountId.DEFAULT, Identity.REGION, certificateId),
                clientId);
    }

    private String account(Chains.Signed device, @Nullable String serverName) {
        return authenticate(device.pem(), serverName)
                        instanceof DeviceRights.Authentication.Accepted accepted
                ? accepted.identity().account() + "/" + accepted.identity().region()
                : "refused";
    }

    private String reason(String pem, @Nullable String serverName) {
        return authenticate(pem, serverName) instanceof DeviceRights.Authentication.Refused refused
                ? refused.reason()
                : "accepted";
    }

    private DeviceRights.Authentication authenticate(String pem, @Nullable String serverName) {
        X509Certificate certificate = X509.parse(pem).orElseThrow();
        return rights.authenticate(List.of(certificate), serverName);
    }

    private static String allow(String action, String resource) {
        return "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\""
                + action
                + "\",\"Resource\":\""
                + resource
                + "\"}]}";
    }

    private void update(String id, CertificateStatus status) {
        identity.call(
                UpdateCertificateRequest.builder().certificateId(id).newStatus(status).build());
    }

    private void registerCa(boolean autoRegistration) {
        registerCaOf(ca, autoRegistration);
    }

    private void registerCaOf(Chains.Signed authority, boolean autoRegistration) {
        identity.call(
                RegisterCaCertificateRequest.builder()
                        .caCertificate(authority.pem())
                        .certificateMode(CertificateMode.SNI_ONLY)
                        .setAsActive(true)
                        .allowAutoRegistration(autoRegistration)
                        .build());
    }

    private void registerWithoutCa(Chains.Signed device, Caller by) {
        identity.call(
                RegisterCertificateWithoutCaRequest.builder()
                        .certificatePem(device.pem())
                        .status(CertificateStatus.ACTIVE)
                        .build(),
                Object.class,
                by);
    }
}
