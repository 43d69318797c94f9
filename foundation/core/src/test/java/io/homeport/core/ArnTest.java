package io.homeport.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>
final class ArnTest {
    @Test
    void anArnIsReadIntoItsPartsAndWrittenBack() {
        String text = "arn:aws:iot:us-east-1:123456789012:thing/lamp";
        Arn arn = Arn.parse(text).orElseThrow();
        assertThat(arn).isEqualTo(new Arn("aws", "iot", "us-east-1", "123456789012", "thing/lamp"));
        assertThat(arn).hasToString(text);
        assertThat(arn)
                .isEqualTo(Arn.of("iot", "us-east-1", new AccountId("123456789012"), "thing/lamp"));
        assertThat(Arn.isOf("iot", text)).isTrue();
        assertThat(Arn.isOf("lambda", text)).isFalse();
        assertThat(arn.resourceType()).isEqualTo("thing");
        assertThat(arn.resourceId()).isEqualTo("lamp");
    }

    @Test
    void theResourceMayHaveColonsAndSlashes() {
        Arn arn = Arn.parse("arn:aws:iot:eu-west-1:123456789012:topic/a/b:c").orElseThrow();
        assertThat(arn.resource()).isEqualTo("topic/a/b:c");
        assertThat(arn.resourceType()).isEqualTo("topic");
        assertThat(arn.resourceId()).isEqualTo("a/b:c");
    }

    @Test
    void regionAndAccountMayBeEmptyAndAResourceMayHaveNoType() {
        Arn arn = Arn.parse("arn:aws:s3:::bucket").orElseThrow();
        assertThat(arn.region()).isEmpty();
        assertThat(arn.account()).isEmpty();
        assertThat(arn.resourceType()).isEqualTo("bucket");
        assertThat(arn.resourceId()).isEmpty();
    }

    @Test
    void whatIsNoArnGivesNothing() {
        for (String text :
                List.of(
                        "",
                        "arn",
                        "lamp",
                        "arn:aws:iot:us-east-1:123456789012",
                        "arn:aws:iot:us-east-1:123456789012:",
                        "ARN:aws:iot:us-east-1:123456789012:thing/lamp",
                        "arn::iot:us-east-1:123456789012:thing/lamp",
                        "arn:aws::us-east-1:123456789012:thing/lamp")) {
            assertThat(Arn.parse(text)).as(text).isEmpty();
        }
    }
}
