package io.homeport.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.core.AccountId;
import io.homeport.core.MessageProperties;
import io.homeport.mqtt.MqttPacket;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import io.homeport.testkit.SimTimers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Source: AWS IoT developer guide, "AWS IoT Core policy actions" and "Connect policy examples".
class PolicyAuthorizationTest {
    private final TestDirectory directory = new TestDirectory();
    private final SimTimers timers = new SimTimers();
    private final PolicyAuthorization authorization =
            new PolicyAuthorization(
                    directory,
                    new DeviceIdentity(
                            AccountId.DEFAULT,
                            "eu-west-1",
                            DeviceIdentity.Kind.CERTIFICATE,
                            "cert"),
                    new Peer("192.0.2.7", 1, "127.0.0.1", 8883, "iot.example"),
                    timers,
                    "lamp");

    private static String allow(String action, String resource, String condition) {
        return """
        {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":%s,
        "Resource":"arn:aws:iot:eu-west-1:000000000000:%s"%s}]}
        """
                .formatted(action, resource, condition);
    }

    private static MqttPacket.Connect connect(
            String clientId, boolean clean, MqttPacket.@Nullable Will will) {
        return new MqttPacket.Connect(
                MqttVersion.MQTT_3_1_1,
                clean,
                60,
                clientId,
                will,
                null,
                null,
                MqttPacket.ConnectProperties.NONE);
    }

    @Test
    void resourcesCarryRegionAccountAndClientId() {
        directory.policy(allow("\"iot:Connect\"", "client/${iot:ClientId}", ""));
        assertThat(authorization.connect(connect("lamp", true, null)).allowed()).isTrue();
        directory.policy(allow("\"iot:Connect\"", "client/other", ""));
        assertThat(authorization.connect(connect("lamp", true, null)).reason()).isNotBlank();
    }

    /// A will is judged by whoever ends the session, while the client's own loop may still judge.
    @Test
    void severalThreadsMayAskWhilePoliciesChange() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            List<Future<?>> asking = new ArrayList<>();
            for (int thread = 0; thread < 2; thread++) {
                asking.add(
                        threads.submit(() -> {
                            for (int i = 0; i < 20_000; i++) {
                                assertThat(authorization.publish("t/" + i % 300, true).allowed())
                                        .isTrue();
                                directory.policy(TestDirectory.ALLOW_ALL);
                            }
                        }));
            }
            for (Future<?> one : asking) {
                one.get(30, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void aClientIdThatTheServerAssignedIsTheOneJudged() {
        directory.policy(allow("\"iot:Connect\"", "client/assigned", ""));
        assertThat(authorization.connect(connect("assigned", true, null)).allowed()).isTrue();
    }

    @Test
    void whatConnectAsksForCanBeCondition() {
        directory.policy(
                allow(
                        "\"iot:Connect\"",
                        "client/*",
                        """
                        ,"Condition":{
                          "ForAllValues:StringEquals":{"iot:ConnectAttributes":["LastWill"]},
                          "ArnEquals":{"iot:LastWillTopic":
                            "arn:aws:iot:eu-west-1:000000000000:topic/will/*"},
                          "StringEquals":{"iot:DomainName":"iot.example"},
                          "IpAddress":{"aws:SourceIp":"192.0.2.0/24"}}
                        """));
        MqttPacket.Will good = will("will/lamp");
        assertThat(authorization.connect(connect("lamp", true, good)).allowed()).isTrue();
        assertThat(authorization.connect(connect("lamp", false, good)).allowed()).isFalse();
        assertThat(authorization.connect(connect("lamp", true, will("x"))).allowed()).isFalse();
    }

    private static MqttPacket.Will will(String topic) {
        return new MqttPacket.Will(
                topic, new byte[0], Qos.AT_MOST_ONCE, false, 0, MessageProperties.NONE);
    }

    @Test
    void retainNeedsItsOwnPermission() {
        directory.policy(allow("\"iot:Publish\"", "topic/a", ""));
        assertThat(authorization.publish("a", false).allowed()).isTrue();
        assertThat(authorization.publish("a", true).allowed()).isFalse();
        directory.policy(allow("[\"iot:Publish\",\"iot:RetainPublish\"]", "topic/a", ""));
        assertThat(authorization.publish("a", true).allowed()).isTrue();
    }

    @Test
    void subscribeIsForFiltersAndReceiveForTopics() {
        directory.policy(allow("\"iot:Subscribe\"", "topicfilter/a/#", ""));
        assertThat(authorization.subscribe("a/#").allowed()).isTrue();
        assertThat(authorization.subscribe("a/b").allowed()).isFalse();
        assertThat(authorization.receive("a/b").allowed()).isFalse();
    }

    @Test
    void decisionsHoldUntilTheDirectoryChanges() {
        directory.policy(allow("\"iot:Publish\"", "topic/a", ""));
        assertThat(authorization.publish("a", false).allowed()).isTrue();
        int asked = directory.rightsAsked.get();
        assertThat(authorization.publish("a", false)).isSameAs(authorization.publish("a", false));
        assertThat(directory.rightsAsked.get()).isEqualTo(asked);
        directory.policy(allow("\"iot:Publish\"", "topic/b", ""));
        assertThat(authorization.publish("a", false).allowed()).isFalse();
        assertThat(authorization.publish("b", false).allowed()).isTrue();
    }

    @Test
    void aDecisionThatReadTheTimeIsMadeAnew() {
        String end = timers.now().plusSeconds(60).toString();
        directory.policy(
                allow(
                        "\"iot:Publish\"",
                        "topic/a",
                        ",\"Condition\":{\"DateLessThan\":{\"aws:CurrentTime\":\"" + end + "\"}}"));
        assertThat(authorization.publish("a", false).allowed()).isTrue();
        timers.advance(Duration.ofMinutes(2));
        assertThat(authorization.publish("a", false).allowed()).isFalse();
    }

    @Test
    void manyTopicsDoNotGrowTheCacheWithoutBound() {
        directory.policy(allow("\"iot:Publish\"", "topic/*", ""));
        for (int i = 0; i < 10_000; i++) {
            assertThat(authorization.publish("t/" + i, false).allowed()).isTrue();
        }
    }
}
