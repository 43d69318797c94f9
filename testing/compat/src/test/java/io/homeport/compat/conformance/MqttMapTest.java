package io.homeport.compat.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Holds `docs/mqtt-map.md` to the tests that exist.
class MqttMapTest {
    private static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();
    private static final Pattern ROW = Pattern.compile("\\| (MQTT-\\S+) \\| (.+) \\| (.+) \\|");
    private static final Pattern TEST = Pattern.compile("`(\\w+)\\.(\\w+)`");

    /// A row: the chapter of the page that it stands in, the statement's id, and what proves it.
    private record Row(String specification, String id, String proof) {}

    private static List<Row> rows() throws IOException {
        List<Row> rows = new ArrayList<>();
        String specification = "";
        for (String line : Files.readAllLines(ROOT.resolve("docs/mqtt-map.md"))) {
            if (line.startsWith("## ")) {
                specification = line.substring(3);
            } else if (line.startsWith("| MQTT-")) {
                Matcher row = ROW.matcher(line);
                assertThat(row.matches()).as("a row of three columns: " + line).isTrue();
                rows.add(new Row(specification, row.group(1), row.group(3)));
            }
        }
        return rows;
    }

    @Test
    void bothSpecificationsAreThereAndNoStatementTwice() throws IOException {
        Map<String, Integer> counts = new HashMap<>();
        Set<String> seen = new HashSet<>();
        for (Row row : rows()) {
            counts.merge(row.specification(), 1, Integer::sum);
            assertThat(seen.add(row.specification() + " " + row.id()))
                    .as(row.id() + " stands once under " + row.specification())
                    .isTrue();
        }
        assertThat(counts).containsOnlyKeys("MQTT 3.1.1", "MQTT 5.0");
        assertThat(counts.get("MQTT 3.1.1")).isGreaterThan(100);
        assertThat(counts.get("MQTT 5.0")).isGreaterThan(200);
    }

    @Test
    void everyStatementHasATestOrAReason() throws IOException {
        for (Row row : rows()) {
            boolean reasoned =
                    row.proof().startsWith("untestable: ")
                            || row.proof().startsWith("not applicable: ");
            assertThat(reasoned || TEST.matcher(row.proof()).find())
                    .as(row.id() + " has neither test nor reason: " + row.proof())
                    .isTrue();
        }
    }

    @Test
    void everyTestThatIsNamedExists() throws IOException {
        Map<String, String> sources = testSources();
        List<String> missing = new ArrayList<>();
        for (Row row : rows()) {
            Matcher test = TEST.matcher(row.proof());
            while (test.find()) {
                String source = sources.getOrDefault(test.group(1), "");
                if (!Pattern.compile("\\bvoid " + test.group(2) + "\\(").matcher(source).find()) {
                    missing.add(row.id() + ": " + test.group());
                }
            }
        }
        assertThat(missing).as("tests that the map names and that aren't there").isEmpty();
    }

    /// Sources of test classes by simple name; those of one name together.
    private static Map<String, String> testSources() throws IOException {
        Map<String, String> sources = new HashMap<>();
        try (Stream<Path> files = Files.walk(ROOT)) {
            files.filter(file -> file.toString().contains("/src/test/java/"))
                    .filter(file -> file.toString().endsWith("Test.java"))
                    .forEach(file -> {
                        String name = file.getFileName().toString();
                        sources.merge(
                                name.substring(0, name.length() - ".java".length()),
                                read(file),
                                String::concat);
                    });
        }
        return sources;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
