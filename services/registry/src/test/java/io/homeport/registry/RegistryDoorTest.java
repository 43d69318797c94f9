package io.homeport.registry;

import static io.homeport.registry.RegistryFixture.CERTIFICATE;
import static io.homeport.registry.RegistryFixture.arn;
import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.aws.ApiDoor;
import io.homeport.aws.ApiRequest;
import io.homeport.aws.ApiResponse;
import io.homeport.aws.ApiSettings;
import io.homeport.core.AccountId;
import io.homeport.core.Json;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// The registry behind the real door, spoken to in HTTP as the AWS CLI does.
class RegistryDoorTest {
    private final RegistryFixture registry = new RegistryFixture();
    private final ApiDoor door =
            new ApiDoor(
                    new ApiSettings(AccountId.DEFAULT, RegistryFixture.REGION, true),
                    registry.time,
                    (_, _) -> Optional.empty(),
                    (caller, signingName, operation, request) -> Optional.empty(),
                    answered -> {});

    @BeforeEach
    void open() {
        registry.service.register(door);
    }

    @Test
    void aThingIsCreatedDescribedAndListed() {
        JsonNode created =
                fine(
                        "POST",
                        "/things/lamp",
                        "",
                        "{\"attributePayload\":{\"attributes\":{\"a\":\"1\"}}}");
        assertThat(created.get("thingArn").asString()).isEqualTo(arn("thing/lamp"));
        JsonNode described = fine("GET", "/things/lamp", "", "");
        assertThat(described.get("attributes").toString()).isEqualTo("{\"a\":\"1\"}");
        assertThat(described.get("version").asLong()).isEqualTo(1);
        assertThat(described.has("thingTypeName")).isFalse();
        JsonNode things = fine("GET", "/things", "attributeName=a&attributeValue=1", "");
        assertThat(things.get("things").get(0).get("thingName").asString()).isEqualTo("lamp");
    }

    @Test
    void faultsHaveTheModelsStatusAndType() {
        assertFault(send("GET", "/things/lamp", "", ""), 404, "ResourceNotFoundException");
        fine("POST", "/things/lamp", "", "{}");
        ApiResponse exists =
                send(
                        "POST",
                        "/things/lamp",
                        "",
                        "{\"attributePayload\":{\"attributes\":{\"a\":\"1\"}}}");
        assertFault(exists, 409, "ResourceAlreadyExistsException");
        JsonNode body = Json.MAPPER.readTree(exists.body());
        assertThat(body.get("resourceArn").asString()).isEqualTo(arn("thing/lamp"));
        assertThat(body.get("message").asString())
                .isEqualTo("Thing lamp already exists in account with different attributes");
        assertFault(
                send("PATCH", "/things/lamp", "", "{\"expectedVersion\":7}"),
                409,
                "VersionConflictException");
        assertFault(send("GET", "/things", "nextToken=forged", ""), 400, "InvalidRequestException");
        assertFault(send("GET", "/things", "maxResults=251", ""), 400, "InvalidRequestException");
        assertFault(
                send("GET", "/endpoint", "endpointType=iot:Nothing", ""),
                400,
                "InvalidRequestException");
    }

    @Test
    void principalsTravelInAHeader() {
        fine("POST", "/things/lamp", "", "{}");
        Map<String, List<String>> header = Map.of("x-amzn-principal", List.of(CERTIFICATE));
        ApiResponse attached =
                send(
                        "PUT",
                        "/things/lamp/principals",
                        "thingPrincipalType=EXCLUSIVE_THING",
                        "",
                        header);
        assertThat(attached.status()).isEqualTo(200);
        assertThat(fine("GET", "/things/lamp/principals", "", "").get("principals").toString())
                .isEqualTo("[\"" + CERTIFICATE + "\"]");
        assertThat(
                        fine("GET", "/things/lamp/principals-v2", "", "")
                                .get("thingPrincipalObjects")
                                .get(0)
                                .get("thingPrincipalType")
                                .asString())
                .isEqualTo("EXCLUSIVE_THING");
        ApiResponse things = send("GET", "/principals/things-v2", "", "", header);
        assertThat(new String(things.body(), StandardCharsets.UTF_8)).contains("\"lamp\"");
    }

    @Test
    void groupsTypesAndTagsAreWhatTerraformReads() {
        fine("POST", "/thing-groups/house", "", "{\"tags\":[{\"Key\":\"a\",\"Value\":\"1\"}]}");
        fine("POST", "/thing-groups/floor", "", "{\"parentGroupName\":\"house\"}");
        JsonNode floor = fine("GET", "/thing-groups/floor", "", "");
        assertThat(floor.get("thingGroupMetadata").get("creationDate").isNumber()).isTrue();
        assertThat(
                        floor.get("thingGroupMetadata")
                                .get("rootToParentThingGroups")
                                .get(0)
                                .get("groupArn")
                                .asString())
                .isEqualTo(arn("thinggroup/house"));
        String query =
                "resourceArn=" + URLEncoder.encode(arn("thinggroup/house"), StandardCharsets.UTF_8);
        assertThat(fine("GET", "/tags", query, "").get("tags").toString())
                .isEqualTo("[{\"Key\":\"a\",\"Value\":\"1\"}]");
        fine("POST", "/thing-types/bulb", "", "{}");
        fine("POST", "/thing-types/bulb/deprecate", "", "{}");
        JsonNode bulb = fine("GET", "/thing-types/bulb", "", "");
        assertThat(bulb.get("thingTypeMetadata").get("deprecated").asBoolean()).isTrue();
        assertFault(send("DELETE", "/thing-types/bulb", "", ""), 400, "InvalidRequestException");
        fine("POST", "/things/lamp", "", "{}");
        fine(
                "PUT",
                "/thing-groups/addThingToThingGroup",
                "",
                "{\"thingName\":\"lamp\",\"thingGroupName\":\"floor\"}");
        assertThat(
                        fine("GET", "/thing-groups/house/things", "recursive=true", "")
                                .get("things")
                                .toString())
                .isEqualTo("[\"lamp\"]");
    }

    private JsonNode fine(String method, String path, String query, String body) {
        ApiResponse response = send(method, path, query, body);
        assertThat(response.status())
                .as(new String(response.body(), StandardCharsets.UTF_8))
                .isEqualTo(200);
        return response.body().length == 0
                ? Json.MAPPER.createObjectNode()
                : Json.MAPPER.readTree(response.body());
    }

    private static void assertFault(ApiResponse response, int status, String type) {
        assertThat(response.status()).isEqualTo(status);
        Map<String, List<String>> headers = new HashMap<>();
        response.headers()
                .forEach((name, value) -> headers.put(name.toLowerCase(Locale.ROOT), value));
        assertThat(headers.get("x-amzn-errortype")).first().asString().startsWith(type);
    }

    private ApiResponse send(String method, String path, String query, String body) {
        return send(method, path, query, body, Map.of());
    }

    private ApiResponse send(
            String method,
            String path,
            String query,
            String body,
            Map<String, List<String>> moreHeaders) {
        Map<String, List<String>> headers = new HashMap<>(moreHeaders);
        headers.put(
                "authorization",
                List.of(
                        "AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/iot/aws4_request,"
                                + " SignedHeaders=host, Signature=0"));
        headers.put("content-type", List.of("application/json"));
        return door.handle(
                new ApiRequest(
                        method,
                        path,
                        query,
                        headers,
                        body.getBytes(StandardCharsets.UTF_8),
                        "127.0.0.1",
                        null));
    }
}
