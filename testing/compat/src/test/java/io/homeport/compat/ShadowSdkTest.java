package io.homeport.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.crt.iot.MqttRequestResponseClientOptions;
import software.amazon.awssdk.crt.iot.StreamingOperation;
import software.amazon.awssdk.crt.iot.SubscriptionStatusEventType;
import software.amazon.awssdk.crt.mqtt.MqttClientConnection;
import software.amazon.awssdk.crt.mqtt.QualityOfService;
import software.amazon.awssdk.crt.mqtt5.Mqtt5Client;
import software.amazon.awssdk.crt.mqtt5.Mqtt5ClientOptions;
import software.amazon.awssdk.crt.mqtt5.OnAttemptingConnectReturn;
import software.amazon.awssdk.crt.mqtt5.OnConnectionFailureReturn;
import software.amazon.awssdk.crt.mqtt5.OnConnectionSuccessReturn;
import software.amazon.awssdk.crt.mqtt5.OnDisconnectionReturn;
import software.amazon.awssdk.crt.mqtt5.OnStoppedReturn;
import software.amazon.awssdk.iot.AwsIotMqtt5ClientBuilder;
import software.amazon.awssdk.iot.AwsIotMqttConnectionBuilder;
import software.amazon.awssdk.iot.V2ClientStreamOptions;
import software.amazon.awssdk.iot.iotshadow.IotShadowClient;
import software.amazon.awssdk.iot.iotshadow.IotShadowV2Client;
import software.amazon.awssdk.iot.iotshadow.model.DeleteShadowRequest;
import software.amazon.awssdk.iot.iotshadow.model.ErrorResponse;
import software.amazon.awssdk.iot.iotshadow.model.GetNamedShadowRequest;
import software.amazon.awssdk.iot.iotshadow.model.GetShadowRequest;
import software.amazon.awssdk.iot.iotshadow.model.GetShadowResponse;
import software.amazon.awssdk.iot.iotshadow.model.NamedShadowUpdatedSubscriptionRequest;
import software.amazon.awssdk.iot.iotshadow.model.ShadowDeltaUpdatedEvent;
import software.amazon.awssdk.iot.iotshadow.model.ShadowDeltaUpdatedSubscriptionRequest;
import software.amazon.awssdk.iot.iotshadow.model.ShadowState;
import software.amazon.awssdk.iot.iotshadow.model.ShadowUpdatedEvent;
import software.amazon.awssdk.iot.iotshadow.model.UpdateNamedShadowRequest;
import software.amazon.awssdk.iot.iotshadow.model.UpdateShadowRequest;
import software.amazon.awssdk.iot.iotshadow.model.UpdateShadowResponse;
import software.amazon.awssdk.iot.iotshadow.model.UpdateShadowSubscriptionRequest;
import software.amazon.awssdk.iot.iotshadow.model.V2ErrorResponseException;

/// The shadow clients of AWS IoT Device SDK v2 for Java, the older and the newer, with a policy for
/// one thing's topics.
class ShadowSdkTest {
    private static final long SECONDS = 20;
    private static final String THING = "thermostat";
    private static final String OLD_THING = "thermostat-of-old";

    private static TestServer server;
    private static TestServer.Device device;

    @BeforeAll
    static void start() {
        server = TestServer.start();
        String topics = "/$aws/things/" + THING + "*/shadow/*";
        device =
                server.device(
                        "shadow-sdk",
                        server.policy(
                                "iot:Publish", "topic" + topics,
                                "iot:Receive", "topic" + topics,
                                "iot:Subscribe", "topicfilter" + topics));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static <T> T await(CompletableFuture<T> future) throws Exception {
        return future.get(SECONDS, TimeUnit.SECONDS);
    }

    private static MqttRequestResponseClientOptions options() {
        return MqttRequestResponseClientOptions.builder()
                .withMaxRequestResponseSubscriptions(6)
                .withMaxStreamingSubscriptions(4)
                .withOperationTimeoutSeconds((int) SECONDS)
                .build();
    }

    private static ShadowState state(
            @Nullable Map<String, Object> desired, @Nullable Map<String, Object> reported) {
        ShadowState state = new ShadowState();
        state.desired = desired == null ? null : new HashMap<>(desired);
        state.reported = reported == null ? null : new HashMap<>(reported);
        return state;
    }

    /// Events of a stream whose subscription is established.
    private static <T> V2ClientStreamOptions<T> stream(
            Inbox<T> events, Inbox<SubscriptionStatusEventType> status) {
        return V2ClientStreamOptions.<T>builder()
                .withStreamEventHandler(events::add)
                .withSubscriptionEventHandler(event -> status.add(event.getType()))
                .build();
    }

    private static void open(StreamingOperation stream, Inbox<SubscriptionStatusEventType> status)
            throws InterruptedException {
        stream.open();
        assertThat(status.next()).isEqualTo(SubscriptionStatusEventType.SUBSCRIPTION_ESTABLISHED);
    }

    private static AwsIotMqttConnectionBuilder version3() {
        return AwsIotMqttConnectionBuilder.newMtlsBuilderFromPath(
                        device.certificate().toString(), device.key().toString())
                .withCertificateAuthorityFromPath(null, server.endpoints().caFile().toString())
                .withEndpoint("localhost")
                .withPort(server.endpoints().mqttsPort())
                .withClientId(UUID.randomUUID().toString())
                .withCleanSession(true);
    }

    private record MqttLifecycle(Inbox<String> states)
            implements Mqtt5ClientOptions.LifecycleEvents {
        @Override
        public void onAttemptingConnect(Mqtt5Client client, OnAttemptingConnectReturn event) {}

        @Override
        public void onConnectionSuccess(Mqtt5Client client, OnConnectionSuccessReturn event) {
            states.add("connected");
        }

        @Override
        public void onConnectionFailure(Mqtt5Client client, OnConnectionFailureReturn event) {
            states.add("failed");
        }

        @Override
        public void onDisconnection(Mqtt5Client client, OnDisconnectionReturn event) {}

        @Override
        public void onStopped(Mqtt5Client client, OnStoppedReturn event) {
            states.add("stopped");
        }
    }

    // ---- the newer client, which answers each request by a future ----

    private static void classic(IotShadowV2Client client) throws Exception {
        GetShadowRequest get = new GetShadowRequest();
        get.thingName = THING;
        assertThatThrownBy(() -> await(client.getShadow(get)))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        V2ErrorResponseException.class,
                        e -> {
                            assertThat(e.getModeledError().code).isEqualTo(404);
                            assertThat(e.getModeledError().message)
                                    .isEqualTo("No shadow exists with name: '" + THING + "'");
                        });
        Inbox<ShadowDeltaUpdatedEvent> deltas = new Inbox<>();
        Inbox<SubscriptionStatusEventType> status = new Inbox<>();
        ShadowDeltaUpdatedSubscriptionRequest wanted = new ShadowDeltaUpdatedSubscriptionRequest();
        wanted.thingName = THING;
        try (StreamingOperation stream =
                client.createShadowDeltaUpdatedStream(wanted, stream(deltas, status))) {
            open(stream, status);
            UpdateShadowRequest update = new UpdateShadowRequest();
            update.thingName = THING;
            update.state = state(Map.of("Color", "red", "Level", 5), Map.of("Color", "green"));
            UpdateShadowResponse updated = await(client.updateShadow(update));
            assertThat(updated.state.desired).containsEntry("Color", "red");
            ShadowDeltaUpdatedEvent delta = deltas.next();
            assertThat(delta.version).isEqualTo(updated.version);
            assertThat(delta.state).containsOnlyKeys("Color", "Level");
            update.version = updated.version + 5;
            assertThatThrownBy(() -> await(client.updateShadow(update)))
                    .cause()
                    .isInstanceOfSatisfying(
                            V2ErrorResponseException.class,
                            e -> assertThat(e.getModeledError().code).isEqualTo(409));
            GetShadowResponse got = await(client.getShadow(get));
            assertThat(got.state.delta).containsOnlyKeys("Color", "Level");
            DeleteShadowRequest delete = new DeleteShadowRequest();
            delete.thingName = THING;
            assertThat(await(client.deleteShadow(delete)).version).isEqualTo(updated.version);
        }
    }

    @Test
    void theNewerClientOverVersion3() throws Exception {
        try (AwsIotMqttConnectionBuilder builder = version3();
                MqttClientConnection connection = builder.build()) {
            await(connection.connect());
            try (IotShadowV2Client client =
                    IotShadowV2Client.newFromMqtt311(connection, options())) {
                classic(client);
            }
            await(connection.disconnect());
        }
    }

    @Test
    void theNewerClientOverVersion5WithANamedShadow() throws Exception {
        Inbox<String> connected = new Inbox<>();
        try (AwsIotMqtt5ClientBuilder builder =
                        AwsIotMqtt5ClientBuilder.newDirectMqttBuilderWithMtlsFromPath(
                                        "localhost",
                                        device.certificate().toString(),
                                        device.key().toString())
                                .withCertificateAuthorityFromPath(
                                        null, server.endpoints().caFile().toString())
                                .withPort((long) server.endpoints().mqttsPort())
                                .withLifeCycleEvents(new MqttLifecycle(connected));
                Mqtt5Client connection = builder.build()) {
            connection.start();
            assertThat(connected.next()).isEqualTo("connected");
            try (IotShadowV2Client client = IotShadowV2Client.newFromMqtt5(connection, options())) {
                named(client);
            }
            connection.stop();
            assertThat(connected.next()).isEqualTo("stopped");
        }
    }

    private static void named(IotShadowV2Client client) throws Exception {
        Inbox<ShadowUpdatedEvent> documents = new Inbox<>();
        Inbox<SubscriptionStatusEventType> status = new Inbox<>();
        NamedShadowUpdatedSubscriptionRequest wanted = new NamedShadowUpdatedSubscriptionRequest();
        wanted.thingName = THING;
        wanted.shadowName = "schedule";
        try (StreamingOperation stream =
                client.createNamedShadowUpdatedStream(wanted, stream(documents, status))) {
            open(stream, status);
            UpdateNamedShadowRequest update = new UpdateNamedShadowRequest();
            update.thingName = THING;
            update.shadowName = "schedule";
            for (int i = 1; i <= 2; i++) {
                update.state = state(null, Map.of("hour", i));
                assertThat(await(client.updateNamedShadow(update)).version).isEqualTo(i);
            }
            assertThat(documents.next().previous).isNull();
            ShadowUpdatedEvent second = documents.next();
            assertThat(second.previous.version).isEqualTo(1);
            assertThat(second.current.state.reported).containsEntry("hour", 2.0);
            GetNamedShadowRequest get = new GetNamedShadowRequest();
            get.thingName = THING;
            get.shadowName = "schedule";
            assertThat(await(client.getNamedShadow(get)).state.reported).containsEntry("hour", 2.0);
        }
    }

    // ---- the older client, whose answers come by subscriptions ----

    @Test
    void theOlderClient() throws Exception {
        try (AwsIotMqttConnectionBuilder builder = version3();
                MqttClientConnection connection = builder.build()) {
            await(connection.connect());
            IotShadowClient client = new IotShadowClient(connection);
            Inbox<ErrorResponse> rejected = new Inbox<>();
            UpdateShadowSubscriptionRequest updates = new UpdateShadowSubscriptionRequest();
            updates.thingName = OLD_THING;
            await(
                    client.SubscribeToUpdateShadowRejected(
                            updates, QualityOfService.AT_LEAST_ONCE, rejected::add));
            Inbox<UpdateShadowResponse> accepted = new Inbox<>();
            await(
                    client.SubscribeToUpdateShadowAccepted(
                            updates, QualityOfService.AT_LEAST_ONCE, accepted::add));
            UpdateShadowRequest update = new UpdateShadowRequest();
            update.thingName = OLD_THING;
            update.clientToken = "token";
            update.state = state(null, Map.of("Color", "blue"));
            await(client.PublishUpdateShadow(update, QualityOfService.AT_LEAST_ONCE));
            UpdateShadowResponse response = accepted.next();
            assertThat(response.clientToken).isEqualTo("token");
            assertThat(response.state.reported).containsEntry("Color", "blue");
            update.version = response.version + 1;
            await(client.PublishUpdateShadow(update, QualityOfService.AT_LEAST_ONCE));
            ErrorResponse refusal = rejected.next();
            assertThat(refusal.code).isEqualTo(409);
            assertThat(refusal.clientToken).isEqualTo("token");
            await(connection.disconnect());
        }
    }
}
