package io.homeport.functions;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.core.AccountId;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The forms of a function's name (AWS Lambda API reference, `Invoke`, "Name formats"), and the
/// patterns of permissions.
class FunctionNameTest {
    @ParameterizedTest
    @CsvSource({
        "f, 000000000000, us-east-1, f,",
        "f:live, 000000000000, us-east-1, f, live",
        "f:$LATEST, 000000000000, us-east-1, f, $LATEST",
        "function:f, 000000000000, us-east-1, f,",
        "123456789012:function:f:7, 123456789012, us-east-1, f, 7",
        "arn:aws:lambda:eu-west-1:123456789012:function:f, 123456789012, eu-west-1, f,",
        "arn:aws-cn:lambda:cn-north-1:123456789012:function:f:v1, 123456789012, cn-north-1, f, v1",
    })
    void everyFormIsRead(
            String text, String account, String region, String name, @Nullable String qualifier) {
        assertThat(FunctionName.parse(text, AccountId.DEFAULT, "us-east-1"))
                .hasValue(new FunctionName(account, region, name, qualifier));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "../f", "f:", "f:a:b", "arn:aws:lambda:eu-west-1:f", "a.b"})
    void whatIsNoNameIsRefused(String text) {
        assertThat(FunctionName.parse(text, AccountId.DEFAULT, "us-east-1")).isEmpty();
    }

    @Test
    void wildcardsOfAnArnStayWithinTheirPart() {
        String rule = "arn:aws:iot:us-east-1:000000000000:rule/a:b";
        assertThat(Wildcards.arnLike("arn:aws:iot:*:000000000000:rule/?:*", rule)).isTrue();
        assertThat(Wildcards.arnLike("arn:aws:iot:us-east-1:000000000000:*", rule)).isTrue();
        assertThat(Wildcards.arnLike("arn:aws:iot:*:rule/a:b", rule)).isFalse();
        assertThat(Wildcards.arnLike("arn:aws:iot:us-east-1:111111111111:*", rule)).isFalse();
        assertThat(Wildcards.matches("a*b*c", "a-b-b-c")).isTrue();
        assertThat(Wildcards.matches("a*b*c", "a-b-b-")).isFalse();
    }
}
