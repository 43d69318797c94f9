package io.homeport.functions;

import static org.assertj.core.api.Assertions.assertThat;
import static software.amazon.awssdk.services.lambda.model.ThrottleReason.CONCURRENT_INVOCATION_LIMIT_EXCEEDED;
import static software.amazon.awssdk.services.lambda.model.ThrottleReason.RESERVED_FUNCTION_CONCURRENT_INVOCATION_LIMIT_EXCEEDED;

import org.junit.jupiter.api.Test;

/// AWS Lambda developer guide, "Understanding Lambda function scaling", "Reserved concurrency".
class ConcurrencyTest {
    private final Concurrency concurrency = new Concurrency(3);
    private final FunctionName plain = name("000000000000", "plain");
    private final FunctionName reserved = name("000000000000", "reserved");

    private static FunctionName name(String account, String function) {
        return new FunctionName(account, "us-east-1", function, null);
    }

    @Test
    void functionsWithoutAReservationShareWhatIsLeft() {
        assertThat(concurrency.acquire(plain, null, 1)).isNull();
        assertThat(concurrency.acquire(plain.qualifiedAs("live"), null, 1)).isNull();
        assertThat(concurrency.acquire(plain, null, 1))
                .isEqualTo(CONCURRENT_INVOCATION_LIMIT_EXCEEDED);
        assertThat(concurrency.acquire(name("111111111111", "plain"), null, 0))
                .as("another account has its own")
                .isNull();
        concurrency.release(plain, null);
        assertThat(concurrency.acquire(plain, null, 1)).isNull();
    }

    @Test
    void aReservationIsALimitAndAGuarantee() {
        for (int i = 0; i < 2; i++) {
            assertThat(concurrency.acquire(plain, null, 1)).isNull();
        }
        assertThat(concurrency.acquire(reserved, 1, 1)).isNull();
        assertThat(concurrency.acquire(reserved, 1, 1))
                .isEqualTo(RESERVED_FUNCTION_CONCURRENT_INVOCATION_LIMIT_EXCEEDED);
        concurrency.release(reserved, 1);
        assertThat(concurrency.acquire(reserved, 1, 1)).isNull();
        assertThat(concurrency.acquire(name("000000000000", "off"), 0, 1))
                .isEqualTo(RESERVED_FUNCTION_CONCURRENT_INVOCATION_LIMIT_EXCEEDED);
    }
}
