package io.homeport.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5SubAckException;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAckReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5DisconnectReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.puback.Mqtt5PubAckReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.suback.Mqtt5SubAckReasonCode;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.CertificateStatus;
import software.amazon.awssdk.services.iot.model.ThingPrincipalType;

/// Policies and certificates act on connections that are already there, and the answers say why.
class LivePolicyTest {
    private static TestServer server;
    private static IotClient iot;

    @BeforeAll
    static void start() {
        server = TestServer.start();
        iot = server.iot();
    }

    @AfterAll
    static void stop() {
        iot.close();
        server.close();
    }

    private static Mqtt5BlockingClient connected(TestServer.Device device, String clientId) {
        Mqtt5BlockingClient client = Hive.device(server, device, clientId).buildBlocking();
        client.connect();
        return client;
    }

    /// 0x87 with a reason string.
    private static void denied(ThrowingCallable publish) {
        assertThatThrownBy(publish)
                .isInstanceOfSatisfying(
                        Mqtt5PubAckException.class,
                        e -> {
                            assertThat(e.getMqttMessage().getReasonCode())
                                    .isEqualTo(Mqtt5PubAckReasonCode.NOT_AUTHORIZED);
                            assertThat(
                                            e.getMqttMessage()
                                                    .getReasonString()
                                                    .orElseThrow()
                                                    .toString())
                                    .contains("iot:Publish");
                        });
    }

    @ParameterizedTest
    @EnumSource(names = {"INACTIVE", "REVOKED"})
    void aCertificateThatIsNoLongerActiveEndsItsConnections(CertificateStatus status)
            throws Exception {
        TestServer.Device device = server.device("status" + status, TestServer.ALLOW_ALL);
        Inbox<Mqtt5DisconnectReasonCode> endings = new Inbox<>();
        Mqtt5BlockingClient client =
                Hive.watched(Hive.device(server, device, "status" + status), endings);
        client.connect();
        iot.updateCertificate(r -> r.certificateId(device.certificateId()).newStatus(status));
        assertThat(endings.next())
                .isIn(
                        Mqtt5DisconnectReasonCode.NOT_AUTHORIZED,
                        Mqtt5DisconnectReasonCode.ADMINISTRATIVE_ACTION);
        assertThatThrownBy(client::connect).isInstanceOf(RuntimeException.class);
    }

    @Test
    void aDetachedPolicyAllowsNothingAnyMore() {
        TestServer.Device device = server.device("detached", TestServer.ALLOW_ALL);
        Mqtt5BlockingClient client = connected(device, "detached");
        Hive.publish(client, "a", "allowed");
        iot.detachPolicy(r -> r.policyName("detached").target(device.certificateArn()));
        assertThatThrownBy(() -> Hive.publish(client, "a", "denied"))
                .isInstanceOf(RuntimeException.class);
        iot.attachPolicy(r -> r.policyName("detached").target(device.certificateArn()));
        if (client.getState().isConnected()) {
            client.disconnect();
        }
        client.connect();
        Hive.publish(client, "a", "allowed again");
        client.disconnect();
    }

    @Test
    void anotherDefaultVersionHoldsAtOnce() {
        TestServer.Device device =
                server.device("versions", server.policy("iot:Publish", "topic/one"));
        Mqtt5BlockingClient client = connected(device, "versions");
        Hive.publish(client, "one", "x");
        denied(() -> Hive.publish(client, "two", "x"));
        iot.createPolicyVersion(r ->
                r.policyName("versions")
                        .policyDocument(server.policy("iot:Publish", "topic/two"))
                        .setAsDefault(true));
        Hive.publish(client, "two", "x");
        denied(() -> Hive.publish(client, "one", "x"));
        iot.setDefaultPolicyVersion(r -> r.policyName("versions").policyVersionId("1"));
        Hive.publish(client, "one", "x");
        client.disconnect();
    }

    // A wildcard subscription goes around a denied topic, so Receive decides at each delivery.
    @Test
    void aTopicThatMayNotBeReceivedIsNotDelivered() throws Exception {
        TestServer.Device device =
                server.device(
                        "reader",
                        """
                        {"Version": "2012-10-17", "Statement": [
                          {"Effect": "Allow", "Action": "iot:*", "Resource": "*"},
                          {"Effect": "Deny", "Action": "iot:Receive", "Resource": "%s"}]}
                        """
                                .formatted(server.arn("topic/read/secret/*")));
        Mqtt5BlockingClient client = connected(device, "reader");
        Inbox<Mqtt5Publish> inbox = Hive.subscribe(client, "read/#");
        Hive.publish(client, "read/secret/a", "secret");
        Hive.publish(client, "read/open", "open");
        assertThat(Hive.payload(inbox.next())).isEqualTo("open");
        client.disconnect();
        assertThat(server.get("/_homeport/denials?clientId=reader").body())
                .contains("iot:Receive", "read/secret/a");
    }

    @Test
    void subscribingAndConnectingSayWhyNot() {
        TestServer.Device device =
                server.device(
                        "narrow",
                        """
                        {"Version": "2012-10-17", "Statement": [
                          {"Effect": "Allow", "Action": "iot:Connect", "Resource": "%s"},
                          {"Effect": "Allow", "Action": "iot:Subscribe", "Resource": "%s"}]}
                        """
                                .formatted(
                                        server.arn("client/narrow"),
                                        server.arn("topicfilter/a/+")));
        assertThatThrownBy(() -> connected(device, "other"))
                .isInstanceOfSatisfying(
                        Mqtt5ConnAckException.class,
                        e ->
                                assertThat(e.getMqttMessage().getReasonCode())
                                        .isEqualTo(Mqtt5ConnAckReasonCode.NOT_AUTHORIZED));
        Mqtt5BlockingClient client = connected(device, "narrow");
        Hive.subscribe(client, "a/+");
        assertThatThrownBy(() -> Hive.subscribe(client, "a/#"))
                .isInstanceOfSatisfying(
                        Mqtt5SubAckException.class,
                        e -> {
                            assertThat(e.getMqttMessage().getReasonCodes())
                                    .containsExactly(Mqtt5SubAckReasonCode.NOT_AUTHORIZED);
                            assertThat(
                                            e.getMqttMessage()
                                                    .getReasonString()
                                                    .orElseThrow()
                                                    .toString())
                                    .contains("iot:Subscribe");
                        });
        client.disconnect();
    }

    // docs.aws.amazon.com/iot/latest/developerguide/thing-policy-variables.html
    @Test
    void thingVariablesStandForTheThingThatTheCertificateIsAttachedTo() {
        TestServer.Device device =
                server.device(
                        "variables",
                        server.policy(
                                "iot:Publish", "topic/${iot:Connection.Thing.ThingName}/state"));
        iot.createThing(r -> r.thingName("lamp"));
        Mqtt5BlockingClient before = connected(device, "lamp");
        denied(() -> Hive.publish(before, "lamp/state", "not attached"));
        before.disconnect();
        iot.attachThingPrincipal(r -> r.thingName("lamp").principal(device.certificateArn()));
        Mqtt5BlockingClient lamp = connected(device, "lamp");
        Hive.publish(lamp, "lamp/state", "on");
        denied(() -> Hive.publish(lamp, "other/state", "on"));
        lamp.disconnect();
        Mqtt5BlockingClient other = connected(device, "other");
        denied(() -> Hive.publish(other, "lamp/state", "another client id"));
        other.disconnect();
    }

    // docs.aws.amazon.com/iot/latest/developerguide/exclusive-thing.html
    @Test
    void anExclusiveThingIsKnownWhateverTheClientIdIs() {
        TestServer.Device device =
                server.device(
                        "exclusive",
                        server.policy(
                                "iot:Publish", "topic/${iot:Connection.Thing.ThingName}/state"));
        iot.createThing(r -> r.thingName("pump"));
        iot.attachThingPrincipal(r ->
                r.thingName("pump")
                        .principal(device.certificateArn())
                        .thingPrincipalType(ThingPrincipalType.EXCLUSIVE_THING));
        Mqtt5BlockingClient client = connected(device, "any-client-id");
        Hive.publish(client, "pump/state", "on");
        client.disconnect();
    }
}
