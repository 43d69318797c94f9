package io.homeport.aws;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.testkit.SimTimers;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignedRequest;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.AwsSessionCredentialsIdentity;

/// AWS General Reference, "Create a signed AWS API request"; the AWS SDK's own signer is the
/// reference.
class SigV4Test {
    private final DoorFixture fixture = new DoorFixture();
    private final ApiDoor door = fixture.door();

    private static final AwsCredentialsIdentity KEY =
            AwsCredentialsIdentity.create(DoorFixture.KEY, DoorFixture.SECRET);
    private static final AwsCredentialsIdentity TEMPORARY =
            AwsSessionCredentialsIdentity.create(
                    DoorFixture.TEMPORARY_KEY, DoorFixture.SECRET, DoorFixture.TOKEN);

    /// Signs as the SDK does.
    private final class Signing {
        private AwsCredentialsIdentity credentials = KEY;
        private String service = "iot";
        private boolean presigned;
        private Duration expires = Duration.ofMinutes(5);
        private Instant at = fixture.time.now();

        ApiRequest sign(SdkHttpMethod method, String uri, String body) {
            SdkHttpRequest request = SdkHttpRequest.builder().method(method).uri(uri).build();
            ContentStreamProvider payload = ContentStreamProvider.fromUtf8String(body);
            SignedRequest signed =
                    AwsV4HttpSigner.create()
                            .sign(s -> {
                                s.identity(credentials)
                                        .request(request)
                                        .payload(payload)
                                        .putProperty(
                                                HttpSigner.SIGNING_CLOCK,
                                                Clock.fixed(at, ZoneOffset.UTC))
                                        .putProperty(AwsV4HttpSigner.REGION_NAME, "eu-west-1")
                                        .putProperty(
                                                AwsV4FamilyHttpSigner.SERVICE_SIGNING_NAME,
                                                service);
                                if (presigned) {
                                    s.putProperty(
                                                    AwsV4FamilyHttpSigner.AUTH_LOCATION,
                                                    AwsV4FamilyHttpSigner.AuthLocation.QUERY_STRING)
                                            .putProperty(
                                                    AwsV4FamilyHttpSigner.EXPIRATION_DURATION,
                                                    expires);
                                }
                            });
            return SdkRequests.received(signed.request(), body.getBytes(StandardCharsets.UTF_8));
        }
    }

    private Authentication authenticate(ApiRequest request) {
        return door.authenticate(
                request, Set.of("iot", "iotdata", "iotdevicegateway", "service", "iam"));
    }

    private void assertAccepted(ApiRequest request) {
        assertThat(authenticate(request)).isInstanceOf(Authentication.Accepted.class);
    }

    private void assertRefused(ApiRequest request, int status, String type, String message) {
        assertThat(authenticate(request))
                .isInstanceOfSatisfying(
                        Authentication.Refused.class,
                        refused -> {
                            assertThat(refused.message()).contains(message);
                            assertThat(refused.errorType()).isEqualTo(type);
                            assertThat(refused.response().status()).isEqualTo(status);
                            assertThat(DoorFixture.errorType(refused.response())).isEqualTo(type);
                        });
    }

    private static ApiRequest with(ApiRequest request, String name, String value) {
        Map<String, List<String>> headers = new HashMap<>(request.headers());
        headers.put(name, List.of(value));
        return new ApiRequest(
                request.method(),
                request.rawPath(),
                request.rawQuery(),
                headers,
                request.body(),
                request.sourceIp(),
                request.deviceCaller());
    }

    private static ApiRequest withQuery(ApiRequest request, String query) {
        return new ApiRequest(
                request.method(),
                request.rawPath(),
                query,
                request.headers(),
                request.body(),
                request.sourceIp(),
                request.deviceCaller());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://localhost:4566/things",
                "http://localhost:4566/things/a%20b",
                "http://localhost:4566/topics/a%2Fb%2F%24aws",
                "http://localhost:4566/things?maxResults=1&nextToken=a%2Bb%3D%3D&a=",
                "http://localhost:4566/tags?resourceArn=arn%3Aaws%3Aiot%3A%2Fx&z=1&b=2&b=1",
                "https://iot.eu-west-1.amazonaws.com/",
                "http://localhost:4566/a//b/../c/%E2%82%AC",
                "http://localhost:4566/a/",
            })
    void whatTheSdkSignsIsAccepted(String uri) {
        Signing signing = new Signing();
        for (boolean presigned : new boolean[] {false, true}) {
            signing.presigned = presigned;
            for (AwsCredentialsIdentity credentials : List.of(KEY, TEMPORARY)) {
                signing.credentials = credentials;

                assertAccepted(signing.sign(SdkHttpMethod.POST, uri, "{\"a\":1}"));
                assertAccepted(signing.sign(SdkHttpMethod.GET, uri, ""));
            }
        }
    }

    @Test
    void theCallerHasTheKeysAccountAndTheScopesRegion() {
        ApiRequest request = new Signing().sign(SdkHttpMethod.GET, "http://localhost/things", "");

        assertThat(authenticate(request))
                .isInstanceOfSatisfying(
                        Authentication.Accepted.class,
                        accepted -> {
                            Caller caller = accepted.caller();
                            assertThat(caller.account()).isEqualTo(DoorFixture.ACCOUNT);
                            assertThat(caller.region()).isEqualTo("eu-west-1");
                            assertThat(caller.principal())
                                    .isEqualTo(
                                            new Caller.Principal.ApiUser(
                                                    "ada", DoorFixture.KEY, true));
                        });
    }

    @Test
    void anythingChangedAfterSigningIsRefused() {
        String message = "The request signature we calculated does not match";
        String type = "InvalidSignatureException";
        ApiRequest signed =
                new Signing().sign(SdkHttpMethod.POST, "http://localhost/things?a=1", "{}");
        assertAccepted(signed);

        assertRefused(withQuery(signed, "a=2"), 403, type, message);
        assertRefused(withQuery(signed, ""), 403, type, message);
        assertRefused(with(signed, "host", "elsewhere"), 403, type, message);
        assertRefused(
                new ApiRequest(
                        "POST",
                        "/things",
                        "a=1",
                        signed.headers(),
                        "[]".getBytes(StandardCharsets.UTF_8),
                        "",
                        null),
                403,
                type,
                message);
        assertRefused(
                new ApiRequest("PUT", "/things", "a=1", signed.headers(), signed.body(), "", null),
                403,
                type,
                message);
        assertRefused(
                new ApiRequest("POST", "/thingz", "a=1", signed.headers(), signed.body(), "", null),
                403,
                type,
                message);
    }

    /// Examples of AWS's signature test suite and of the AWS General Reference.
    @ParameterizedTest
    @CsvSource({
        "GET, '', 5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
        "GET, Param2=value2&Param1=value1,"
                + " b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        "POST, '', 5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
    })
    void awsTestSuiteExamplesAreAccepted(String method, String query, String signature) {
        DoorFixture old = new DoorFixture();
        ApiDoor door =
                new ApiDoor(
                        ApiSettings.DEFAULT,
                        new SimTimers(Instant.parse("2015-08-30T12:36:00Z").toEpochMilli()),
                        (key, _) -> Optional.ofNullable(old.credentials.get(key)),
                        DoorFixture.EVERYTHING,
                        answered -> {});
        ApiRequest request =
                DoorFixture.request(
                        method,
                        "/?" + query,
                        "",
                        "host",
                        "example.amazonaws.com",
                        "x-amz-date",
                        "20150830T123600Z",
                        "authorization",
                        "AWS4-HMAC-SHA256"
                                + " Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request,"
                                + " SignedHeaders=host;x-amz-date, Signature="
                                + signature);

        assertThat(door.authenticate(request, Set.of("service")))
                .isInstanceOf(Authentication.Accepted.class);
        assertThat(
                        door.authenticate(
                                with(request, "x-amz-date", "20150830T123601Z"), Set.of("service")))
                .isInstanceOf(Authentication.Refused.class);
    }

    @Test
    void aPortInTheHostMayBeUnsigned() {
        ApiRequest signed = new Signing().sign(SdkHttpMethod.GET, "https://localhost/things", "");

        assertAccepted(with(signed, "host", "localhost:8443"));
    }

    @Test
    void valuesOfAHeaderAreJoinedAndTheirSpacesFolded() {
        SdkHttpRequest request =
                SdkHttpRequest.builder()
                        .method(SdkHttpMethod.GET)
                        .uri("http://localhost/things")
                        .appendHeader("x-many", "  a   b ")
                        .appendHeader("x-many", "c")
                        .build();
        SignedRequest signed =
                AwsV4HttpSigner.create()
                        .sign(s ->
                                s.identity(KEY)
                                        .request(request)
                                        .putProperty(
                                                HttpSigner.SIGNING_CLOCK,
                                                Clock.fixed(fixture.time.now(), ZoneOffset.UTC))
                                        .putProperty(AwsV4HttpSigner.REGION_NAME, "r")
                                        .putProperty(
                                                AwsV4FamilyHttpSigner.SERVICE_SIGNING_NAME, "iot"));

        assertAccepted(SdkRequests.received(signed.request(), new byte[0]));
    }

    @Test
    void anUnsignedPayloadIsOneThatSaysSo() {
        SdkHttpRequest request =
                SdkHttpRequest.builder()
                        .method(SdkHttpMethod.POST)
                        .uri("https://localhost/things")
                        .build();
        SignedRequest signed =
                AwsV4HttpSigner.create()
                        .sign(s ->
                                s.identity(KEY)
                                        .request(request)
                                        .payload(ContentStreamProvider.fromUtf8String("{}"))
                                        .putProperty(
                                                HttpSigner.SIGNING_CLOCK,
                                                Clock.fixed(fixture.time.now(), ZoneOffset.UTC))
                                        .putProperty(AwsV4HttpSigner.REGION_NAME, "r")
                                        .putProperty(
                                                AwsV4FamilyHttpSigner.PAYLOAD_SIGNING_ENABLED,
                                                false)
                                        .putProperty(
                                                AwsV4FamilyHttpSigner.SERVICE_SIGNING_NAME, "iot"));
        ApiRequest received =
                SdkRequests.received(signed.request(), "anything".getBytes(StandardCharsets.UTF_8));

        assertThat(received.header("x-amz-content-sha256")).isEqualTo("UNSIGNED-PAYLOAD");
        assertAccepted(received);
    }

    @Test
    void aSignatureIsGoodForFifteenMinutesEitherWay() {
        Signing signing = new Signing();
        ApiRequest request = signing.sign(SdkHttpMethod.GET, "http://localhost/things", "");
        fixture.time.advance(Duration.ofMinutes(15));
        assertAccepted(request);
        fixture.time.advance(Duration.ofSeconds(1));
        assertRefused(
                request,
                403,
                "InvalidSignatureException",
                "Signature expired: 20260101T000000Z is now earlier than 20260101T000001Z"
                        + " (20260101T001501Z - 15 min.)");

        signing.at = fixture.time.now().plus(Duration.ofMinutes(16));
        assertRefused(
                signing.sign(SdkHttpMethod.GET, "http://localhost/things", ""),
                403,
                "InvalidSignatureException",
                "Signature not yet current");
    }

    @Test
    void aPresignedUrlIsGoodAsLongAsItSays() {
        Signing signing = new Signing();
        signing.presigned = true;
        signing.expires = Duration.ofHours(1);
        ApiRequest request = signing.sign(SdkHttpMethod.GET, "http://localhost/things", "");
        fixture.time.advance(Duration.ofMinutes(60));
        assertAccepted(request);
        fixture.time.advance(Duration.ofSeconds(1));
        assertRefused(request, 403, "InvalidSignatureException", "Signature expired");
    }

    /// AWS's device SDKs append the session token to the URL of the WebSocket after signing it.
    @Test
    void theDeviceGatewayTakesATokenThatWasAppendedAfterSigning() {
        fixture.credentials.put(
                DoorFixture.KEY,
                new CredentialStore.Credential(
                        DoorFixture.KEY,
                        DoorFixture.SECRET,
                        DoorFixture.ACCOUNT,
                        new Caller.Principal.ApiUser("ada", DoorFixture.KEY, false),
                        "tok/en",
                        false));
        Signing signing = new Signing();
        signing.presigned = true;
        signing.service = "iotdevicegateway";
        ApiRequest request = signing.sign(SdkHttpMethod.GET, "https://localhost:8443/mqtt", "");
        String query = request.rawQuery() + "&X-Amz-Security-Token=";

        assertAccepted(withQuery(request, query + "tok%2Fen"));
        String type = "UnrecognizedClientException";
        assertRefused(withQuery(request, query + "other"), 403, type, "security token");
        assertRefused(request, 403, type, "security token");
    }

    @Test
    void keysAndTokensThatWeDontKnowAreRefused() {
        String type = "UnrecognizedClientException";
        String message = "The security token included in the request is invalid.";
        Signing signing = new Signing();
        signing.credentials = AwsCredentialsIdentity.create("AKIANOBODY", DoorFixture.SECRET);
        assertRefused(
                signing.sign(SdkHttpMethod.GET, "http://localhost/things", ""), 403, type, message);
        signing.credentials =
                AwsSessionCredentialsIdentity.create(
                        DoorFixture.TEMPORARY_KEY, DoorFixture.SECRET, "another token");
        assertRefused(
                signing.sign(SdkHttpMethod.GET, "http://localhost/things", ""), 403, type, message);
        signing.credentials = AwsCredentialsIdentity.create(DoorFixture.KEY, "another secret");
        assertRefused(
                signing.sign(SdkHttpMethod.GET, "http://localhost/things", ""),
                403,
                "InvalidSignatureException",
                "does not match");
    }

    @Test
    void temporaryKeysExpire() {
        CredentialStore.Credential held =
                Objects.requireNonNull(fixture.credentials.get(DoorFixture.TEMPORARY_KEY));
        fixture.credentials.put(
                DoorFixture.TEMPORARY_KEY,
                new CredentialStore.Credential(
                        held.accessKeyId(),
                        held.secretAccessKey(),
                        held.account(),
                        held.principal(),
                        held.sessionToken(),
                        true));
        Signing signing = new Signing();
        signing.credentials = TEMPORARY;

        assertRefused(
                signing.sign(SdkHttpMethod.GET, "http://localhost/things", ""),
                403,
                "ExpiredTokenException",
                "The security token included in the request is expired");
    }

    @Test
    void aSignatureForAnotherServiceIsRefused() {
        ApiRequest request = new Signing().sign(SdkHttpMethod.GET, "http://localhost/mqtt", "");

        assertThat(door.authenticate(request, DoorFixture.deviceGateway()))
                .isInstanceOfSatisfying(
                        Authentication.Refused.class,
                        refused ->
                                assertThat(refused.message())
                                        .startsWith("Credential should be scoped to correct"));
    }

    @Test
    void aRequestWithoutSignatureIsRefused() {
        assertRefused(
                DoorFixture.request("GET", "/things", ""),
                403,
                "MissingAuthenticationTokenException",
                "Missing Authentication Token");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "AWS4-HMAC-SHA256",
                "AWS4-HMAC-SHA256 ",
                "AWS4-HMAC-SHA256 nonsense",
                "AWS4-ECDSA-P256-SHA256 Credential=a/20260101/r/iot/aws4_request",
                "AWS4-HMAC-SHA256 Credential=a/20260101/r/iot/aws4_request, SignedHeaders=host",
                "AWS4-HMAC-SHA256 Credential=a/r/iot/aws4_request, SignedHeaders=host, Signature=0",
                "AWS4-HMAC-SHA256 Credential=a/20260101/r/iot/aws4_request, SignedHeaders=date,"
                        + " Signature=0",
                "AWS4-HMAC-SHA256 Credential=a/20260101/R!/iot/aws4_request, SignedHeaders=host,"
                        + " Signature=0",
                "AWS4-HMAC-SHA256 Credential=a/20260101/r/iot/aws4_request, SignedHeaders=host,"
                        + " Signature=0, Signature=1",
                "AWS :ab",
            })
    void aBrokenAuthorizationHeaderIsIncomplete(String header) {
        ApiRequest request =
                DoorFixture.request(
                        "GET",
                        "/things",
                        "",
                        "authorization",
                        header,
                        "x-amz-date",
                        "20260101T000000Z");

        assertRefused(request, 400, "IncompleteSignatureException", "");
    }

    @Test
    void theTargetMustBeSigned() {
        ApiRequest signed = new Signing().sign(SdkHttpMethod.POST, "http://localhost/", "{}");

        assertRefused(
                with(signed, "x-amz-target", "IoTSecuredTunneling.ListTunnels"),
                403,
                "InvalidSignatureException",
                "'X-Amz-Target' must be a 'SignedHeader'");
    }

    @Test
    void theHeaderDateStandsInForXAmzDate() {
        ApiRequest request =
                DoorFixture.request(
                        "GET",
                        "/things",
                        "",
                        "authorization",
                        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/r/iot/aws4_request,"
                                + " SignedHeaders=date;host, Signature=00",
                        "date",
                        "Thu, 01 Jan 2026 00:00:00 GMT");

        assertRefused(request, 403, "InvalidSignatureException", "does not match");
    }

    @Test
    void anyCredentialsTakesEverythingAsTheAdministrator() {
        ApiDoor open = fixture.openDoor();
        Signing signing = new Signing();
        signing.credentials = AwsCredentialsIdentity.create("test", "test");
        for (ApiRequest request :
                List.of(
                        DoorFixture.request("GET", "/things", ""),
                        DoorFixture.request("GET", "/things", "", "authorization", "AWS broken"),
                        signing.sign(SdkHttpMethod.GET, "http://localhost/things", ""))) {
            assertThat(open.authenticate(request, DoorFixture.deviceGateway()))
                    .isInstanceOfSatisfying(
                            Authentication.Accepted.class,
                            accepted ->
                                    assertThat(accepted.caller().principal())
                                            .isInstanceOfSatisfying(
                                                    Caller.Principal.ApiUser.class,
                                                    user ->
                                                            assertThat(user.administrator())
                                                                    .isTrue()));
        }
    }

    /// The ports of devices can be reached from other machines although the API's port can't.
    @Test
    void anyCredentialsIsForThisMachineOnly() {
        ApiDoor open = fixture.openDoor();
        Signing signing = new Signing();
        ApiRequest unsigned = DoorFixture.request("GET", "/mqtt", "");
        for (ApiRequest request :
                List.of(unsigned, signing.sign(SdkHttpMethod.GET, "http://localhost/things", ""))) {
            for (String own : List.of("127.0.0.1", "127.9.9.9", "0:0:0:0:0:0:0:1")) {
                assertThat(open.authenticate(from(own, request), DoorFixture.deviceGateway()))
                        .isInstanceOf(Authentication.Accepted.class);
            }
            for (String other : List.of("192.0.2.7", "2001:db8::1", "unknown")) {
                ApiRequest foreign = from(other, request);
                assertThat(open.authenticate(foreign, DoorFixture.deviceGateway()))
                        .isInstanceOfSatisfying(
                                Authentication.Refused.class,
                                refused -> assertThat(refused.message()).contains(other));
                assertThat(open.handle(foreign).status()).isEqualTo(403);
            }
        }
        assertThat(open.authenticate(from("192.0.2.7", DoorFixture.ofDevice(unsigned)), Set.of()))
                .isInstanceOf(Authentication.Accepted.class);
    }

    private static ApiRequest from(String sourceIp, ApiRequest request) {
        return new ApiRequest(
                request.method(),
                request.rawPath(),
                request.rawQuery(),
                request.headers(),
                request.body(),
                sourceIp,
                request.deviceCaller());
    }

    @Test
    void aDevicesCertificateCountsWhereNothingIsSigned() {
        ApiRequest unsigned = DoorFixture.request("GET", "/mqtt", "");
        for (ApiDoor each : List.of(door, fixture.openDoor())) {
            assertThat(each.authenticate(DoorFixture.ofDevice(unsigned), Set.of()))
                    .isInstanceOfSatisfying(
                            Authentication.Accepted.class,
                            accepted ->
                                    assertThat(accepted.caller().principal())
                                            .isEqualTo(new Caller.Principal.Device("ab12", null)));
        }
    }
}
