package io.homeport.aws;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.testkit.Seeds;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// Authorization headers and presigned queries with a few characters changed.
class SigV4ClaimMutationTest {
    private static final String HEADER =
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/us-east-1/iot/aws4_request,"
                    + " SignedHeaders=host;x-amz-date, Signature=0123456789abcdef";
    private static final String QUERY =
            "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20260101%2Fus-east-1"
                    + "%2Fiot%2Faws4_request&X-Amz-Date=20260101T000000Z&X-Amz-Expires=60"
                    + "&X-Amz-SignedHeaders=host&X-Amz-Signature=0123456789abcdef";
    private static final String CHARACTERS = "/=,;% +&\u0000\u20ac'aZ09-";

    private static String mutate(String text, Random random) {
        StringBuilder changed = new StringBuilder(text);
        for (int i = random.nextInt(3); i >= 0; i--) {
            int at = random.nextInt(changed.length());
            char character = CHARACTERS.charAt(random.nextInt(CHARACTERS.length()));
            switch (random.nextInt(3)) {
                case 0 -> changed.setCharAt(at, character);
                case 1 -> changed.insert(at, character);
                default -> changed.deleteCharAt(at);
            }
        }
        return changed.toString();
    }

    @Test
    void anyTextIsAClaimOrAnError() {
        AtomicInteger readable = new AtomicInteger();
        Seeds.run(
                3000,
                seed -> {
                    Random random = new Random(seed);
                    if (SigV4ClaimFuzz.check(mutate(HEADER, random), "")) {
                        readable.incrementAndGet();
                    }
                    if (SigV4ClaimFuzz.check("AWS", mutate(QUERY, random))) {
                        readable.incrementAndGet();
                    }
                });

        assertThat(readable).hasValueGreaterThan(500).hasValueLessThan(5500);
    }
}
