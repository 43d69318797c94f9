package io.homeport.aws;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// Whatever a request says about its signature, the answer is a claim, none, or an AWS error.
///
/// An ordinary build doesn't run it, because Jazzer instruments every class that it meets: {@link
/// SigV4ClaimMutationTest} stands in. To fuzz: `JAZZER_FUZZ=1` and `-Dtest=SigV4ClaimFuzz`.
class SigV4ClaimFuzz {
    @FuzzTest(maxDuration = "60s")
    void anyTextIsAClaimOrAnError(byte[] data) {
        String text = new String(data, StandardCharsets.UTF_8);
        check("AWS4-HMAC-SHA256 " + text, "");
        check("AWS", "X-Amz-Algorithm=AWS4-HMAC-SHA256&" + text);
    }

    /// Verifies a request with this header and query.
    ///
    /// @return whether it had a claim that could be read
    static boolean check(String authorization, String query) {
        DoorFixture fixture = new DoorFixture();
        ApiRequest request =
                DoorFixture.request(
                        "GET",
                        "/things?" + query,
                        "",
                        "x-amz-date",
                        "20260101T000000Z",
                        authorization.equals("AWS") ? "x-none" : "authorization",
                        authorization);
        try {
            SigV4Claim claim = SigV4Claim.read(request).orElse(null);
            if (claim == null) {
                return false;
            }

            new SigV4(fixture.time, (key, _) -> Optional.ofNullable(fixture.credentials.get(key)))
                    .verify(request, claim);
            throw new AssertionError("accepted: " + authorization + " " + query);
        } catch (ApiFault fault) {
            if (fault.text().isEmpty() || fault.status() < 400 || fault.status() > 403) {
                throw new AssertionError("a refusal needs a message and a status", fault);
            }
            return fault.status() == 403;
        }
    }
}
