package io.homeport.aws;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.core.AccountId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Requests for services of AWS's that Homeport isn't. Forms of errors: Smithy specifications of
/// the protocols.
class OtherServicesTest {
    private final DoorFixture fixture = new DoorFixture();

    private static ApiRequest signed(
            String service, String method, String path, String body, String... headers) {
        ApiRequest request = DoorFixture.request(method, path, body, headers);
        Map<String, List<String>> all = new LinkedHashMap<>(request.headers());
        String scope = "a/20260101/us-east-1/" + service + "/aws4_request";
        all.put("x-amz-date", List.of("20260101T000000Z"));
        all.put(
                "authorization",
                List.of(
                        "AWS4-HMAC-SHA256 Credential="
                                + scope
                                + ", SignedHeaders=host, Signature=0"));
        return new ApiRequest(
                method,
                request.rawPath(),
                request.rawQuery(),
                all,
                request.body(),
                "127.0.0.1",
                null);
    }

    /// Whatever the signature is worth: S3 signs by other rules.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    s3       | GET  | /              |                        | <Error><Code>NotImplemented</Code>       | s3 GET / is not
                    s3       | PUT  | /b/a%20b?x=1   | text                   | <Error><Code>NotImplemented</Code>       | s3 PUT /b/a%20b is not
                    iam      | POST | /              | Action=ListRoles&V=1   | <Error><Type>Sender</Type><Code>NotImpl  | iam ListRoles is not
                    sts      | GET  | /?Action=A%3CB |                        | <Error><Type>Sender</Type><Code>NotImpl  | sts A&lt;B is not
                    ec2      | POST | /              | Action=DescribeRegions | <Response><Errors><Error><Code>NotImpl   | ec2 DescribeRegions is not
                    route53  | GET  | /2013-04-01/x  |                        | <ErrorResponse><Error><Type>Sender<      | route53 GET /2013-04-01/x is not
                    apigateway | GET | /restapis     |                        | {"__type":"NotImplemented","message":    | apigateway GET /restapis is not
                    """)
    void aServiceThatIsNotHereIsNamedWithTheOperation(
            String service, String method, String path, String body, String form, String named) {
        String text = body == null ? "" : body;
        ApiRequest request =
                text.startsWith("Action=")
                        ? signed(
                                service,
                                method,
                                path,
                                text,
                                "content-type",
                                "application/x-www-form-urlencoded; charset=utf-8")
                        : signed(service, method, path, text);

        ApiResponse response = fixture.door().handle(request);

        assertThat(response.status()).isEqualTo(501);
        assertThat(DoorFixture.body(response)).contains(form.strip(), named.strip());
    }

    @Test
    void anOperationByTargetIsNamedInJson() {
        ApiRequest request =
                signed(
                        "dynamodb",
                        "POST",
                        "/",
                        "{}",
                        "x-amz-target",
                        "DynamoDB_20120810.ListTables");

        ApiResponse response = fixture.door().handle(request);

        assertThat(response.status()).isEqualTo(501);
        assertThat(DoorFixture.body(response))
                .startsWith("{\"__type\":\"NotImplemented\",\"message\":")
                .contains("dynamodb ListTables is not available");
    }

    private static ApiRequest whoAmI() {
        return signed(
                "sts",
                "POST",
                "/",
                "Action=GetCallerIdentity&Version=2011-06-15",
                "content-type",
                "application/x-www-form-urlencoded; charset=utf-8");
    }

    /// STS API reference, "GetCallerIdentity".
    @Test
    void stsTellsWhoCalls() {
        ApiResponse response = fixture.openDoor().handle(whoAmI());

        assertThat(response.status()).isEqualTo(200);
        assertThat(DoorFixture.body(response))
                .contains("<Account>" + AccountId.DEFAULT.value() + "</Account>")
                .contains(":user/any</Arn>");
    }

    @Test
    void stsTellsNothingToAStranger() {
        ApiResponse response = fixture.door().handle(whoAmI());

        assertThat(response.status()).isEqualTo(403);
        assertThat(DoorFixture.body(response)).contains("<Code>InvalidClientTokenId</Code>");
    }

    @Test
    void aRolesSessionHasItsOwnArn() {
        Caller.Principal session =
                new Caller.Principal.RoleSession(
                        "arn:aws:iam::123456789012:role/plant/devices",
                        "AROAX",
                        "lamp",
                        "ASIAX",
                        Map.of(),
                        0);
        Caller caller = new Caller(DoorFixture.ACCOUNT, "eu-central-1", session, "r", "127.0.0.1");

        assertThat(DoorFixture.body(OtherServices.identity(caller)))
                .contains("<Arn>arn:aws:sts::123456789012:assumed-role/devices/lamp</Arn>")
                .contains("<UserId>AROAX:lamp</UserId>");
    }
}
