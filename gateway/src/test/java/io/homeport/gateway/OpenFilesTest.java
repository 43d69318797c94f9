package io.homeport.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OpenFilesTest {
    @ParameterizedTest
    @CsvSource({"1024, 882", "20000, 18684", "1048576, 1031435", "64, 1", "unlimited, 2114444428"})
    void theStoreKeepsFilesThatNoConnectionGets(String limit, int connections) {
        String line = "Max open files            %-20s %-20s files     ".formatted(limit, limit);
        assertThat(OpenFiles.connections(Stream.of("Max processes  7  7", line)))
                .isEqualTo(connections);
    }
}
