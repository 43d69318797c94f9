package io.homeport.aws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.homeport.core.Outage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.greengrassv2.model.ListTagsForResourceRequest;
import software.amazon.awssdk.services.greengrassv2.model.ListTagsForResourceResponse;
import software.amazon.awssdk.services.iot.model.CreateThingRequest;
import software.amazon.awssdk.services.iot.model.CreateThingResponse;
import software.amazon.awssdk.services.iot.model.ListJobExecutionsForThingRequest;
import software.amazon.awssdk.services.iot.model.ListJobExecutionsForThingResponse;
import software.amazon.awssdk.services.iot.model.ListThingsRequest;
import software.amazon.awssdk.services.iot.model.ListThingsResponse;
import software.amazon.awssdk.services.iot.model.SearchIndexRequest;
import software.amazon.awssdk.services.iot.model.SearchIndexResponse;
import software.amazon.awssdk.services.iot.model.UpdateThingRequest;
import software.amazon.awssdk.services.iot.model.UpdateThingResponse;
import software.amazon.awssdk.services.iotdataplane.model.PublishRequest;
import software.amazon.awssdk.services.iotdataplane.model.PublishResponse;
import software.amazon.awssdk.services.iotjobsdataplane.model.GetPendingJobExecutionsRequest;
import software.amazon.awssdk.services.iotjobsdataplane.model.GetPendingJobExecutionsResponse;
import tools.jackson.databind.JsonNode;

/// Routing, decoding and the door's own errors on raw requests; every request is the
/// administrator's.
class ApiDoorTest {
    private final DoorFixture fixture = new DoorFixture();
    private final ApiDoor door = fixture.openDoor();
    private final List<Object> seen = new ArrayList<>();

    private ApiResponse handle(String method, String path, String body, String... headers) {
        return door.handle(DoorFixture.request(method, path, body, headers));
    }

    private static String[] signedFor(String signingName) {
        String credential = "a/20260101/us-east-1/" + signingName + "/aws4_request";
        return new String[] {
            "x-amz-date",
            "20260101T000000Z",
            "authorization",
            "AWS4-HMAC-SHA256 Credential=" + credential + ", SignedHeaders=host, Signature=0",
        };
    }

    private void takeThings() {
        door.add(
                CreateThingRequest.class,
                CreateThingRequest::builder,
                (CreateThingRequest request, Caller caller) -> {
                    seen.add(request);
                    return CreateThingResponse.builder().build();
                });
    }

    /// AWS's API has members that the SDK's types lack: they come with the body, and go with it.
    @Test
    void membersThatTheTypeLacksAreReadFromTheBodyAndAnsweredInIt() {
        door.addWithBody(
                CreateThingRequest.class,
                CreateThingRequest::builder,
                (CreateThingRequest request, JsonNode body, Caller caller) -> {
                    seen.add(request.thingName());
                    return new JsonResponse(body.toString());
                });
        ApiResponse response = handle("POST", "/things/lamp", "{\"newer\":{\"a\":[1,true]}}");

        assertThat(response.status()).isEqualTo(200);
        assertThat(response.headers()).containsEntry("content-type", List.of("application/json"));
        assertThat(response.body()).asString().isEqualTo("{\"newer\":{\"a\":[1,true]}}");
        assertThat(handle("POST", "/things/lamp", "").body()).asString().isEqualTo("{}");
        assertThat(handle("POST", "/things/lamp", "{").status()).isEqualTo(400);
        assertThat(seen).containsExactly("lamp", "lamp");
    }

    private void takePublishes() {
        door.add(
                PublishRequest.class,
                PublishRequest::builder,
                (PublishRequest request, Caller caller) -> {
                    seen.add(request.topic());
                    return PublishResponse.builder().build();
                });
    }

    @ParameterizedTest
    @CsvSource({
        "/topics/a%2Fb, a/b",
        "/topics/a/b, a/b",
        "/topics/a%252Fb, a%2Fb",
        "/topics/a+b, a+b",
        "/topics//a/, /a/",
        "/topics/%E2%82%AC, €",
    })
    void aTopicsSlashesMayBeEncodedOrPlainAndAreDecodedOnce(String path, String topic) {
        takePublishes();

        assertThat(handle("POST", path, "x").status()).isEqualTo(200);
        assertThat(seen).containsExactly(topic);
    }

    @ParameterizedTest
    @CsvSource({"/topics/%", "/topics/%f", "/topics/%zz", "/topics/%ff"})
    void aBrokenEscapeIsRefused(String path) {
        takePublishes();
        ApiResponse response = handle("POST", path, "x");

        assertThat(response.status()).isEqualTo(400);
        assertThat(DoorFixture.errorType(response)).isEqualTo("SerializationException");
        assertThat(seen).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /nothing",
        "PUT, /things",
        "GET, /",
        "PATCH, /topics/a",
        "GET, /things/a/b/c/d",
    })
    void anUnknownPathIsAnUnknownOperation(String method, String path) {
        ApiResponse response = handle(method, path, "");

        assertThat(response.status()).isEqualTo(404);
        assertThat(DoorFixture.errorType(response)).isEqualTo("UnknownOperationException");
        assertThat(DoorFixture.body(response)).contains(method + " " + path);
        assertThat(fixture.answered.getFirst().service()).isEqualTo("unknown");
    }

    @Test
    void anUnknownTargetIsAnUnknownOperation() {
        assertThat(handle("POST", "/", "{}", "x-amz-target", "IoTSecuredTunneling.Dig").status())
                .isEqualTo(404);
        assertThat(handle("POST", "/", "{}", "x-amz-target", "Dig").status()).isEqualTo(404);
        ApiResponse known =
                handle("POST", "/", "{}", "x-amz-target", "IoTSecuredTunneling.ListTunnels");
        assertThat(known.status()).isEqualTo(501);
        assertThat(DoorFixture.body(known))
                .contains("\"__type\":\"NotImplemented\"")
                .contains("NotImplemented: iotsecuretunneling ListTunnels is not available");
        assertThat(known.headers().get("content-type"))
                .containsExactly("application/x-amz-json-1.1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[] | ARRAY_VALUE can not be converted to a structure at the request body",
                "{ | Could not parse request body into json",
                "{\"thingTypeName\":1} | NUMBER_VALUE can not be converted to a String at"
                        + " 'thingTypeName'",
                "{\"attributePayload\":{\"attributes\":{\"a\":{}}}} | OBJECT_VALUE can not be"
                        + " converted to a String at 'attributePayload.attributes.a'",
                "{\"attributePayload\":{\"attributes\":{\"a\":null}}} | NULL_VALUE can not be"
                        + " converted to a String at 'attributePayload.attributes.a'",
                "{\"attributePayload\":{\"merge\":\"true\"}} | STRING_VALUE can not be converted"
                        + " to a Boolean at 'attributePayload.merge'",
                "{\"attributePayload\":[]} | ARRAY_VALUE can not be converted to a structure at"
                        + " 'attributePayload'",
            })
    void aValueOfAnotherTypeSaysWhereItStands(String body, String message) {
        takeThings();
        ApiResponse response = handle("POST", "/things/lamp", body);

        assertThat(response.status()).isEqualTo(400);
        assertThat(DoorFixture.errorType(response)).isEqualTo("SerializationException");
        assertThat(DoorFixture.body(response).replace("\\\"", "\"")).contains(message);
        assertThat(seen).isEmpty();
    }

    @Test
    void unknownMembersAndNullsAreIgnored() {
        takeThings();

        handle("POST", "/things/lamp", "{\"new\":{\"x\":[]},\"thingTypeName\":null}");
        handle("POST", "/things/lamp", "");

        CreateThingRequest plain = CreateThingRequest.builder().thingName("lamp").build();
        assertThat(seen).containsExactly(plain, plain);
    }

    @ParameterizedTest
    @CsvSource({"maxResults=x", "maxResults=", "maxResults=1.5", "maxResults=99999999999"})
    void aParameterOfAnotherTypeIsRefused(String query) {
        door.add(
                ListThingsRequest.class,
                ListThingsRequest::builder,
                (ListThingsRequest request, Caller caller) -> ListThingsResponse.builder().build());
        ApiResponse response = handle("GET", "/things?" + query, "");

        assertThat(response.status()).isEqualTo(400);
        assertThat(DoorFixture.body(response)).contains("'maxResults' can not be converted to");
    }

    /// The parser makes infinity of them, and their digits would fill the memory.
    @ParameterizedTest
    @ValueSource(strings = {"1e999999999", "-1e999", "1e400", "9223372036854775808"})
    void aNumberOutOfRangeIsRefused(String number) {
        door.add(
                UpdateThingRequest.class,
                UpdateThingRequest::builder,
                (UpdateThingRequest request, Caller caller) ->
                        UpdateThingResponse.builder().build());
        ApiResponse response =
                handle("PATCH", "/things/lamp", "{\"expectedVersion\":" + number + "}");

        assertThat(response.status()).isEqualTo(400);
        assertThat(DoorFixture.errorType(response)).isEqualTo("SerializationException");
        assertThat(DoorFixture.body(response)).contains("'expectedVersion'");
    }

    /// W3C Fetch Metadata: the browser says where a request comes from.
    @Test
    void aPageOfAnotherSiteCannotUseADoorThatTakesAnyCredentials() {
        takeThings();
        for (String site : List.of("cross-site", "same-site")) {
            ApiResponse refused = handle("POST", "/things/lamp", "{}", "sec-fetch-site", site);
            assertThat(refused.status()).isEqualTo(403);
            assertThat(DoorFixture.errorType(refused)).isEqualTo("AccessDeniedException");
        }
        assertThat(seen).isEmpty();
        handle("POST", "/things/lamp", "{}", "sec-fetch-site", "same-origin");
        assertThat(seen).hasSize(1);
    }

    private static final class FullDisk extends RuntimeException implements Outage {
        private static final long serialVersionUID = 1;
    }

    /// SDKs try again what gets 503, and not what is a mistake of the server.
    @Test
    void anOutageIsToldApartFromAMistake() {
        door.add(
                UpdateThingRequest.class,
                UpdateThingRequest::builder,
                (UpdateThingRequest request, Caller caller) -> {
                    throw request.thingName().equals("lamp")
                            ? new FullDisk()
                            : new IllegalStateException("surprise");
                });

        ApiResponse outage = handle("PATCH", "/things/lamp", "{}");
        assertThat(outage.status()).isEqualTo(503);
        assertThat(DoorFixture.errorType(outage)).isEqualTo("ServiceUnavailableException");
        ApiResponse mistake = handle("PATCH", "/things/other", "{}");
        assertThat(mistake.status()).isEqualTo(500);
        assertThat(DoorFixture.errorType(mistake)).isEqualTo("InternalFailureException");
    }

    /// GET /things/{thingName}/jobs is an operation of the control plane and one of the jobs data
    /// plane; who signs says which, and a device means the data plane.
    @Test
    void aDeviceMeansTheDataPlaneWhereBothPlanesHaveThePath() {
        door.add(
                        GetPendingJobExecutionsRequest.class,
                        GetPendingJobExecutionsRequest::builder,
                        (GetPendingJobExecutionsRequest request, Caller caller) -> {
                            seen.add("data");
                            return GetPendingJobExecutionsResponse.builder().build();
                        })
                .add(
                        ListJobExecutionsForThingRequest.class,
                        ListJobExecutionsForThingRequest::builder,
                        (ListJobExecutionsForThingRequest request, Caller caller) -> {
                            seen.add("control");
                            return ListJobExecutionsForThingResponse.builder().build();
                        });
        String path = "/things/lamp/jobs";

        door.handle(DoorFixture.ofDevice(DoorFixture.request("GET", path, "")));
        for (String name : List.of("iot", "iot-jobs-data")) {
            handle("GET", path, "", signedFor(name));
        }

        assertThat(seen).containsExactly("data", "control", "data");
    }

    /// The CLI signs for `iot` what only the data plane has when it is told the wrong endpoint.
    @Test
    void aSiblingsPathIsFoundToo() {
        takePublishes();
        ApiResponse response = handle("POST", "/topics/a", "x", signedFor("iot"));

        assertThat(response.status()).isEqualTo(200);
        assertThat(seen).containsExactly("a");
    }

    /// Greengrass v1 and v2 share the signing name and the path /tags/{arn}.
    @Test
    void theArnDecidesBetweenServicesOfOneSigningName() {
        door.add(
                ListTagsForResourceRequest.class,
                ListTagsForResourceRequest::builder,
                (ListTagsForResourceRequest request, Caller caller) ->
                        ListTagsForResourceResponse.builder().build());
        String[] headers = signedFor("greengrass");

        assertThat(handle("GET", "/tags/arn:aws:greengrass:r:1:components:c", "", headers).status())
                .isEqualTo(200);
        assertThat(
                        DoorFixture.body(
                                handle(
                                        "GET",
                                        "/tags/arn:aws:greengrass:r:1:%2Fgreengrass%2Fgroups%2Fg",
                                        "",
                                        headers)))
                .contains("greengrass ListTagsForResource");
    }

    @Test
    void aRawOperationIsAuthorizedAndGetsItsParameters() {
        List<SdkPojo> asked = new ArrayList<>();
        ApiDoor careful =
                fixture.door(
                        new ApiSettings(DoorFixture.ACCOUNT, "eu-west-1", true),
                        (caller, service, operation, request) -> {
                            asked.add(request);
                            return operation.equals("GetConnection")
                                    ? Optional.empty()
                                    : Optional.of("no");
                        });
        careful.addRaw(
                        "GET",
                        "/connections/{clientId}",
                        "iotdata",
                        "GetConnection",
                        (parameters, request, caller) ->
                                new ApiResponse(
                                        200,
                                        Map.of(),
                                        (parameters.get("clientId")
                                                        + parameters.get("includeSocketInformation")
                                                        + caller.region())
                                                .getBytes(StandardCharsets.UTF_8)))
                .addRaw(
                        "GET",
                        "/connections/{clientId}/subscriptions",
                        "iotdata",
                        "ListSubscriptions",
                        (parameters, request, caller) -> {
                            throw new AssertionError("not allowed");
                        });

        ApiResponse response =
                careful.handle(
                        DoorFixture.request(
                                "GET",
                                "/connections/a%2Fb?includeSocketInformation=true&clientId=x",
                                ""));
        ApiResponse refused =
                careful.handle(DoorFixture.request("GET", "/connections/a/subscriptions", ""));

        assertThat(DoorFixture.body(response)).isEqualTo("a/btrueeu-west-1");
        assertThat(response.headers()).containsKey("x-amzn-requestid");
        assertThat(refused.status()).isEqualTo(403);
        assertThat(DoorFixture.errorType(refused)).isEqualTo("ForbiddenException");
        SdkPojo first = asked.getFirst();
        assertThat(first.sdkFields())
                .extracting(field -> field.memberName() + "=" + field.getValueOrDefault(first))
                .containsExactlyInAnyOrder("clientId=a/b", "includeSocketInformation=true");
    }

    @Test
    void aPageTokenOfAnotherRequestIsAnInvalidRequest() {
        PageTokens tokens = new PageTokens(new byte[32]);
        door.add(
                SearchIndexRequest.class,
                SearchIndexRequest::builder,
                (SearchIndexRequest request, Caller caller) -> {
                    tokens.decode("SearchIndex", request.nextToken());
                    return SearchIndexResponse.builder().build();
                });
        ApiResponse response =
                handle(
                        "POST",
                        "/indices/search",
                        "{\"queryString\":\"*\",\"nextToken\":\"%s\"}"
                                .formatted(tokens.encode("ListThings", "lamp")));

        assertThat(response.status()).isEqualTo(400);
        assertThat(DoorFixture.errorType(response)).isEqualTo("InvalidRequestException");
        assertThat(DoorFixture.body(response)).contains("nextToken is not valid");
    }

    @Test
    void anOperationIsRegisteredOnce() {
        takeThings();

        assertThatThrownBy(this::takeThings)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("iot CreateThing is registered already");
    }

    /// The model leaves Publish's answer out, so the gateway writes it.
    @Test
    void aRawOperationMayTakeThePlaceOfAModelledOne() {
        door.addRaw(
                "POST",
                "/topics/{topic+}",
                "iotdata",
                "Publish",
                (parameters, request, caller) -> new ApiResponse(200, Map.of(), new byte[] {'x'}));

        assertThat(DoorFixture.body(handle("POST", "/topics/a/b", ""))).isEqualTo("x");
        assertThat(ApiMap.render(door, new Properties()))
                .containsOnlyOnce("| Publish | `POST /topics/{topic}` | yes |");
        assertThatThrownBy(this::takePublishes).hasMessageContaining("Publish is registered");
    }

    @Test
    void theMapShowsWhatIsThereAndWhatTestsIt() {
        takeThings();
        door.addRaw(
                "GET",
                "/connections/{clientId}",
                "iotdata",
                "GetConnection",
                (parameters, request, caller) -> new ApiResponse(200, Map.of(), new byte[0]));
        Properties tests = new Properties();
        tests.setProperty("iot.CreateThing", "ThingTest");

        assertThat(ApiMap.render(door, tests))
                .contains("## iot\n\nIoT, signs as `iot`: 1 of 272 operations.\n")
                .contains("| CreateThing | `POST /things/{thingName}` | yes | ThingTest |\n")
                .contains("| DeleteThing | `DELETE /things/{thingName}` | 501 |  |\n")
                .contains("| GetConnection | `GET /connections/{clientId}` | yes |  |\n")
                .contains("| ListTunnels | `X-Amz-Target IoTSecuredTunneling.ListTunnels` | 501 |")
                .contains("| [IoT Data Plane](#iotdataplane) | 1 | 9 |\n");
    }
}
