package io.homeport.targets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.homeport.core.targets.TargetService;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// How settings name services.
class TargetSettingsTest {
    @Test
    void aServicesOwnEndpointComesBeforeThatOfAll() {
        Map<TargetService, TargetSettings.Endpoint> endpoints =
                TargetSettings.endpoints(List.of("s3=aws", "all=http://127.0.0.1:5000"));
        assertThat(endpoints).hasSize(TargetService.values().length);
        assertThat(endpoints.get(TargetService.S3)).isEqualTo(new TargetSettings.Endpoint(null));
        assertThat(endpoints.get(TargetService.SQS))
                .isEqualTo(new TargetSettings.Endpoint(URI.create("http://127.0.0.1:5000")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"sqs", "=http://x", "nosuch=http://x", "sqs=ftp://x", "sqs=x", "sqs= "})
    void whatNamesNoServiceOrPlaceIsRefused(String text) {
        assertThatThrownBy(() -> TargetSettings.endpoints(List.of(text)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void secretsAreNeverPrinted() {
        TargetSettings settings =
                new TargetSettings(
                        Map.of(),
                        TargetSettings.keys("ID:SEC:TOK"),
                        TargetSettings.mail("smtps://me:PASS@mail.example", "a@b"));
        assertThat(settings.toString())
                .contains("ID:***", "smtps://mail.example:465")
                .doesNotContain("SEC", "TOK", "PASS");
        assertThatThrownBy(() -> TargetSettings.keys("SECRETONLY"))
                .hasMessageNotContaining("SECRETONLY");
    }
}
