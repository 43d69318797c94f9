package io.homeport.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.homeport.aws.JsonResponse;
import io.homeport.aws.StoredShapes;
import io.homeport.core.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.iot.model.GetTopicRuleResponse;
import software.amazon.awssdk.services.iot.model.IotException;
import software.amazon.awssdk.services.iot.model.TopicRule;
import software.amazon.awssdk.services.iot.model.TopicRulePayload;

/// What becomes of a member that the SDK's types lack (AWS IoT API reference, BatchConfig).
class BatchAcrossTopicsTest {
    /// As sent, with a member that nobody knows.
    private static final String SENT =
            """
            {"sql":"SELECT * FROM 'a'","actions":[
            {"http":{"url":"http://a/b"}},
            {"http":{"url":"http://a/b","batchConfig":{"batchAcrossTopics":%s,"unknown":1}}}],
            "errorAction":{"http":{"url":"http://a/b","batchConfig":{"batchAcrossTopics":false}}}}
            """;

    private static TopicRulePayload typed(String json) {
        return StoredShapes.read(TopicRulePayload.builder(), json);
    }

    private static String kept(String sent) {
        return BatchAcrossTopics.kept(Json.MAPPER.readTree(sent), StoredShapes.write(typed(sent)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "false"})
    void itIsKeptWhereItWasSentAndShownAgain(String value) {
        String stored = kept(SENT.formatted(value));
        String expected = SENT.formatted(value).replace(",\"unknown\":1", "");
        assertThat(Json.MAPPER.readTree(stored)).isEqualTo(Json.MAPPER.readTree(expected));

        TopicRulePayload payload = typed(stored);
        GetTopicRuleResponse response =
                GetTopicRuleResponse.builder()
                        .ruleArn("arn")
                        .rule(
                                TopicRule.builder()
                                        .sql(payload.sql())
                                        .actions(payload.actions())
                                        .errorAction(payload.errorAction())
                                        .build())
                        .build();
        assertThat(BatchAcrossTopics.shown(stored, response))
                .isInstanceOfSatisfying(
                        JsonResponse.class,
                        shown ->
                                assertThat(Json.MAPPER.readTree(shown.json()))
                                        .isEqualTo(
                                                Json.MAPPER.readTree(
                                                        "{\"ruleArn\":\"arn\",\"rule\":"
                                                                + expected
                                                                + "}")));
    }

    @Test
    void aRuleWithoutItIsStoredAndShownAsTheTypeHasIt() {
        String sent =
                """
                {"sql":"s","actions":[{"http":{"url":"u","batchConfig":null}}]}\
                """;
        String written = StoredShapes.write(typed(sent));
        GetTopicRuleResponse response = GetTopicRuleResponse.builder().ruleArn("arn").build();
        assertThat(BatchAcrossTopics.kept(Json.MAPPER.readTree(sent), written)).isSameAs(written);
        assertThat(BatchAcrossTopics.shown(written, response)).isSameAs(response);
        assertThat(kept(SENT.formatted("null"))).doesNotContain("batchAcrossTopics\":null");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"true\"", "1", "{}"})
    void anythingButABooleanIsRefusedWithItsPlace(String value) {
        assertThatThrownBy(() -> kept(SENT.formatted(value)))
                .isInstanceOfSatisfying(
                        IotException.class,
                        e ->
                                assertThat(e.awsErrorDetails().errorCode())
                                        .isEqualTo("SerializationException"))
                .hasMessageContaining("'actions.2.http.batchConfig.batchAcrossTopics'");
    }
}
