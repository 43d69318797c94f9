package io.homeport.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.CreateThingRequest;
import software.amazon.awssdk.services.iot.model.CreateThingResponse;
import software.amazon.awssdk.services.iot.model.InternalFailureException;
import software.amazon.awssdk.services.iot.model.InvalidRequestException;
import software.amazon.awssdk.services.iot.model.IotException;
import software.amazon.awssdk.services.iot.model.LimitExceededException;
import software.amazon.awssdk.services.iot.model.ListThingsRequest;
import software.amazon.awssdk.services.iot.model.ListThingsResponse;
import software.amazon.awssdk.services.iot.model.ResourceAlreadyExistsException;
import software.amazon.awssdk.services.iot.model.ThingAttribute;
import software.amazon.awssdk.services.iotdataplane.IotDataPlaneClient;
import software.amazon.awssdk.services.iotdataplane.model.ForbiddenException;
import software.amazon.awssdk.services.iotdataplane.model.GetThingShadowRequest;
import software.amazon.awssdk.services.iotdataplane.model.GetThingShadowResponse;
import software.amazon.awssdk.services.iotdataplane.model.PublishRequest;
import software.amazon.awssdk.services.iotdataplane.model.PublishResponse;
import software.amazon.awssdk.services.iotsecuretunneling.IoTSecureTunnelingClient;
import software.amazon.awssdk.services.iotsecuretunneling.model.DescribeTunnelRequest;
import software.amazon.awssdk.services.iotsecuretunneling.model.DescribeTunnelResponse;
import software.amazon.awssdk.services.iotsecuretunneling.model.ResourceNotFoundException;
import software.amazon.awssdk.services.iotsecuretunneling.model.Tunnel;
import software.amazon.awssdk.services.iotwireless.IotWirelessClient;
import software.amazon.awssdk.services.iotwireless.model.ConflictException;
import software.amazon.awssdk.services.iotwireless.model.CreateDestinationRequest;

/// The AWS SDK's own clients against the door. They sign by the system's clock, so the door checks
/// by it.
class SdkClientTest {
    private final DoorFixture fixture = new DoorFixture();
    private final ApiDoor door =
            fixture.door(ApiSettings.DEFAULT, System::currentTimeMillis, DoorFixture.EVERYTHING);
    private final IotClient iot = client(IotClient.builder(), door);

    private static <B extends AwsClientBuilder<B, C> & AwsSyncClientBuilder<B, C>, C> C client(
            B builder, ApiDoor door) {
        AwsBasicCredentials key = AwsBasicCredentials.create(DoorFixture.KEY, DoorFixture.SECRET);
        return builder.httpClient(SdkRequests.client(door))
                .region(Region.EU_WEST_1)
                .endpointOverride(URI.create("http://localhost:4566"))
                .credentialsProvider(StaticCredentialsProvider.create(key))
                .overrideConfiguration(c -> c.retryStrategy(retry -> retry.maxAttempts(1)))
                .build();
    }

    @Test
    void aCallReachesTheServiceAndItsAnswerTheClient() {
        door.add(
                CreateThingRequest.class,
                CreateThingRequest::builder,
                (CreateThingRequest request, Caller caller) ->
                        CreateThingResponse.builder()
                                .thingName(request.thingName())
                                .thingArn(caller.region() + " " + caller.account())
                                .thingId(request.attributePayload().attributes().get("a"))
                                .build());

        CreateThingResponse response =
                iot.createThing(r ->
                        r.thingName("lamp").attributePayload(a -> a.attributes(Map.of("a", "b"))));

        assertThat(response.thingName()).isEqualTo("lamp");
        assertThat(response.thingArn()).isEqualTo("eu-west-1 123456789012");
        assertThat(response.thingId()).isEqualTo("b");
        assertThat(response.responseMetadata().requestId()).isNotEqualTo("UNKNOWN");
        assertThat(fixture.answered)
                .singleElement()
                .satisfies(answered -> {
                    assertThat(answered.service()).isEqualTo("iot");
                    assertThat(answered.operation()).isEqualTo("CreateThing");
                    assertThat(answered.status()).isEqualTo(200);
                    assertThat(answered.errorType()).isEmpty();
                });
    }

    @Test
    void aModelledErrorArrivesWithItsStatusAndMembers() {
        door.add(
                CreateThingRequest.class,
                CreateThingRequest::builder,
                (CreateThingRequest request, Caller caller) -> {
                    throw ResourceAlreadyExistsException.builder()
                            .message("Thing lamp already exists")
                            .resourceId("id")
                            .resourceArn("arn")
                            .build();
                });

        assertThatThrownBy(() -> iot.createThing(r -> r.thingName("lamp")))
                .asInstanceOf(type(ResourceAlreadyExistsException.class))
                .satisfies(e -> {
                    assertThat(e.statusCode()).isEqualTo(409);
                    assertThat(e.resourceId()).isEqualTo("id");
                    assertThat(e.resourceArn()).isEqualTo("arn");
                    assertThat(e.awsErrorDetails().errorMessage())
                            .isEqualTo("Thing lamp already exists");
                    assertThat(e.requestId()).isNotNull();
                });
        assertThat(fixture.answered.getFirst().errorType())
                .isEqualTo("ResourceAlreadyExistsException");
    }

    /// The model gives iot's LimitExceededException status 410.
    @Test
    void theStatusOfAnErrorIsTheModels() {
        door.add(
                CreateThingRequest.class,
                CreateThingRequest::builder,
                (CreateThingRequest request, Caller caller) -> {
                    throw LimitExceededException.builder().message("too many").build();
                });

        assertThatThrownBy(() -> iot.createThing(r -> r.thingName("lamp")))
                .asInstanceOf(type(LimitExceededException.class))
                .satisfies(e -> assertThat(e.statusCode()).isEqualTo(410));
    }

    @Test
    void aMistakeOfOursIsAnInternalFailureThatTellsOnlyTheRequestId() {
        door.add(
                CreateThingRequest.class,
                CreateThingRequest::builder,
                (CreateThingRequest request, Caller caller) -> {
                    throw new IllegalStateException("a secret");
                });

        assertThatThrownBy(() -> iot.createThing(r -> r.thingName("lamp")))
                .asInstanceOf(type(InternalFailureException.class))
                .satisfies(e -> {
                    assertThat(e.statusCode()).isEqualTo(500);
                    assertThat(e.getMessage()).contains(e.requestId()).doesNotContain("a secret");
                });
    }

    @Test
    void aRequestThatBreaksAConstraintIsTheServicesInvalidRequest() {
        door.add(
                CreateThingRequest.class,
                CreateThingRequest::builder,
                (CreateThingRequest request, Caller caller) ->
                        CreateThingResponse.builder().build());

        assertThatThrownBy(() -> iot.createThing(r -> r.thingName("a b")))
                .asInstanceOf(type(InvalidRequestException.class))
                .extracting(e -> e.awsErrorDetails().errorMessage())
                .isEqualTo(
                        "1 validation error detected: Value 'a b' at 'thingName' failed to satisfy"
                                + " constraint: Member must satisfy regular expression pattern:"
                                + " [a-zA-Z0-9:_-]+");
    }

    @Test
    void anOperationThatNobodyHasRegisteredSaysSo() {
        assertThatThrownBy(() -> iot.createJob(r -> r.jobId("j").targets("t")))
                .asInstanceOf(type(IotException.class))
                .satisfies(e -> {
                    assertThat(e.statusCode()).isEqualTo(501);
                    assertThat(e.awsErrorDetails().errorCode()).isEqualTo("NotImplemented");
                    assertThat(e.getMessage())
                            .contains(
                                    "NotImplemented: iot CreateJob is not available in this"
                                            + " version of Homeport");
                });
    }

    @Test
    void emptyListsAreThereAndUnsetOnesAreNot() {
        door.add(
                ListThingsRequest.class,
                ListThingsRequest::builder,
                (ListThingsRequest request, Caller caller) ->
                        request.maxResults() == 1
                                ? ListThingsResponse.builder()
                                        .things(ThingAttribute.builder().build())
                                        .build()
                                : ListThingsResponse.builder().things(List.of()).build());

        assertThat(iot.listThings(r -> r.maxResults(2)).hasThings()).isTrue();
        ListThingsResponse one = iot.listThings(r -> r.maxResults(1));
        assertThat(one.things())
                .singleElement()
                .satisfies(thing -> assertThat(thing.hasAttributes()).isFalse());
        assertThat(one.nextToken()).isNull();
    }

    @Test
    void payloadsTravelAsTheyAre() {
        IotDataPlaneClient data = client(IotDataPlaneClient.builder(), door);
        byte[] bytes = {0, 1, (byte) 0xff};
        door.add(
                        GetThingShadowRequest.class,
                        GetThingShadowRequest::builder,
                        (GetThingShadowRequest request, Caller caller) ->
                                GetThingShadowResponse.builder()
                                        .payload(
                                                SdkBytes.fromUtf8String(
                                                        request.thingName() + request.shadowName()))
                                        .build())
                .add(
                        PublishRequest.class,
                        PublishRequest::builder,
                        (PublishRequest request, Caller caller) -> {
                            assertThat(request.topic()).isEqualTo("$aws/a b/c");
                            assertThat(request.qos()).isEqualTo(1);
                            assertThat(request.retain()).isTrue();
                            assertThat(request.userProperties()).isEqualTo("[{\"a\":\"b\"}]");
                            assertThat(request.payload().asByteArray()).isEqualTo(bytes);
                            return PublishResponse.builder().build();
                        });

        assertThat(
                        data.getThingShadow(r -> r.thingName("lamp").shadowName("s"))
                                .payload()
                                .asUtf8String())
                .isEqualTo("lamps");
        data.publish(r ->
                r.topic("$aws/a b/c")
                        .qos(1)
                        .retain(true)
                        .userProperties("[{\"a\":\"b\"}]")
                        .payload(SdkBytes.fromByteArray(bytes)));
    }

    @Test
    void aRefusalByTheAuthorizerIsForbiddenOnTheDataPlaneAndAccessDeniedElsewhere() {
        ApiDoor closed =
                fixture.door(
                        ApiSettings.DEFAULT,
                        System::currentTimeMillis,
                        (caller, service, operation, request) ->
                                Optional.of("no " + service + " " + operation));
        closed.add(
                        CreateThingRequest.class,
                        CreateThingRequest::builder,
                        (CreateThingRequest request, Caller caller) ->
                                CreateThingResponse.builder().build())
                .add(
                        PublishRequest.class,
                        PublishRequest::builder,
                        (PublishRequest request, Caller caller) ->
                                PublishResponse.builder().build());
        IotDataPlaneClient data = client(IotDataPlaneClient.builder(), closed);

        assertThatThrownBy(() -> data.publish(r -> r.topic("t")))
                .asInstanceOf(type(ForbiddenException.class))
                .satisfies(e -> assertThat(e.getMessage()).contains("no iotdata Publish"));
        assertThatThrownBy(() ->
                        client(IotClient.builder(), closed).createThing(r -> r.thingName("!")))
                .asInstanceOf(type(AwsServiceException.class))
                .satisfies(e -> {
                    assertThat(e.statusCode()).isEqualTo(403);
                    assertThat(e.awsErrorDetails().errorCode()).isEqualTo("AccessDeniedException");
                });
    }

    /// Secure Tunneling speaks JSON 1.1: the operation stands in X-Amz-Target.
    @Test
    void jsonProtocolsWork() {
        IoTSecureTunnelingClient tunnels = client(IoTSecureTunnelingClient.builder(), door);
        Instant created = Instant.ofEpochMilli(1_700_000_000_123L);
        door.add(
                DescribeTunnelRequest.class,
                DescribeTunnelRequest::builder,
                (DescribeTunnelRequest request, Caller caller) -> {
                    if (request.tunnelId().equals("none")) {
                        throw ResourceNotFoundException.builder().message("no tunnel").build();
                    }
                    return DescribeTunnelResponse.builder()
                            .tunnel(Tunnel.builder().tunnelId("t1").createdAt(created).build())
                            .build();
                });

        assertThat(tunnels.describeTunnel(r -> r.tunnelId("t1")).tunnel().createdAt())
                .isEqualTo(created);
        assertThatThrownBy(() -> tunnels.describeTunnel(r -> r.tunnelId("none")))
                .asInstanceOf(type(ResourceNotFoundException.class))
                .satisfies(e -> assertThat(e.getMessage()).contains("no tunnel"));
    }

    /// IoT Wireless names the member `Message`.
    @Test
    void theMessagesMemberIsTheModels() {
        IotWirelessClient wireless = client(IotWirelessClient.builder(), door);
        door.add(
                CreateDestinationRequest.class,
                CreateDestinationRequest::builder,
                (CreateDestinationRequest request, Caller caller) -> {
                    throw ConflictException.builder()
                            .message("taken")
                            .resourceId("d")
                            .resourceType("Destination")
                            .build();
                });

        assertThatThrownBy(() ->
                        wireless.createDestination(r ->
                                r.name("d")
                                        .expression("e")
                                        .expressionType("RuleName")
                                        .roleArn("arn:aws:iam::123456789012:role/r")))
                .asInstanceOf(type(ConflictException.class))
                .satisfies(e -> {
                    assertThat(e.awsErrorDetails().errorMessage()).isEqualTo("taken");
                    assertThat(e.resourceType()).isEqualTo("Destination");
                });
    }
}
