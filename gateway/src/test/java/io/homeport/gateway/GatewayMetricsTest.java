package io.homeport.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class GatewayMetricsTest {
    @Test
    void theDocumentedListIsTheListThatExists() throws IOException {
        List<GatewayMetrics.Description> documented = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of("../docs/metrics.md"))) {
            if (line.startsWith("| `homeport_")) {
                String[] cells = line.split("\\|");
                documented.add(
                        new GatewayMetrics.Description(
                                cells[1].strip().replace("`", ""),
                                cells[2].strip(),
                                cells[3].strip(),
                                cells[4].strip()));
            }
        }
        assertThat(documented).containsAll(GatewayMetrics.DESCRIPTIONS);
    }

    @Test
    void everyDescribedMeterIsScrapedWithItsKind() {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        GatewayMetrics metrics = new GatewayMetrics(registry, new EchoBroker()::statistics);
        metrics.connections.incrementAndGet();
        String text = registry.scrape();
        for (GatewayMetrics.Description description : GatewayMetrics.DESCRIPTIONS) {
            assertThat(text).contains("# TYPE " + description.name() + " " + description.kind());
        }
        assertThat(text.toLowerCase(Locale.ROOT)).contains("homeport_connections 1.0");
    }
}
