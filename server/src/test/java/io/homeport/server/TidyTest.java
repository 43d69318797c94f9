package io.homeport.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// House rules that a compiler doesn't know, over the whole tree.
class TidyTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final int MAXIMUM_LINES = 600;

    /// What main code doesn't call, and what to use instead.
    private static final Map<String, String> FORBIDDEN_IN_MAIN = new LinkedHashMap<>();

    static {
        FORBIDDEN_IN_MAIN.put("Thread.sleep(", "io.homeport.core.Timers");
        FORBIDDEN_IN_MAIN.put("System.currentTimeMillis(", "io.homeport.core.Clock");
        FORBIDDEN_IN_MAIN.put("Instant.now()", "io.homeport.core.Clock");
        FORBIDDEN_IN_MAIN.put("printStackTrace(", "a logger");
        FORBIDDEN_IN_MAIN.put("@SuppressWarnings(\"NullAway\")", "a check");
    }

    /// Where a forbidden call is the implementation of its replacement.
    private static final List<String> EXEMPT = List.of("SystemTimers.java");

    @Test
    void noFileIsLongerThanAReaderCanHoldInMind() {
        assertThat(
                        violations(
                                "/src/",
                                (path, lines) ->
                                        lines.size() > MAXIMUM_LINES
                                                ? List.of(lines.size() + " lines")
                                                : List.of()))
                .isEmpty();
    }

    @Test
    void mainCodeReadsTimeAndChanceFromTheSeams() {
        assertThat(
                        violations(
                                "/src/main/",
                                (path, lines) -> {
                                    List<String> found = new ArrayList<>();
                                    if (EXEMPT.contains(path.getFileName().toString())) {
                                        return found;
                                    }
                                    for (String line : lines) {
                                        FORBIDDEN_IN_MAIN.forEach((call, instead) -> {
                                            if (line.contains(call)) {
                                                found.add(call + " use " + instead);
                                            }
                                        });
                                    }
                                    return found;
                                }))
                .isEmpty();
    }

    @Test
    void testsNeverSleep() {
        String call = "Thread." + "sleep(";
        assertThat(
                        violations(
                                "/src/test/",
                                (path, lines) ->
                                        lines.stream()
                                                .filter(line -> line.contains(call))
                                                .filter(line -> !line.contains("put(\"" + call))
                                                .toList()))
                .isEmpty();
    }

    @Test
    void nothingIsLeftForLater() {
        List<String> marks = List.of("TO" + "DO", "FIX" + "ME", "XX" + "X:");
        assertThat(
                        violations(
                                "/src/",
                                (path, lines) ->
                                        lines.stream()
                                                .filter(line ->
                                                        marks.stream().anyMatch(line::contains))
                                                .toList()))
                .isEmpty();
    }

    @Test
    void everyPackageSaysWhatItIs() throws IOException {
        try (Stream<Path> files = Files.walk(ROOT)) {
            List<Path> silent =
                    files.filter(path -> path.toString().contains("/src/main/java/"))
                            .filter(path -> path.toString().endsWith(".java"))
                            .map(Path::getParent)
                            .distinct()
                            .filter(folder -> !Files.exists(folder.resolve("package-info.java")))
                            .toList();
            assertThat(silent).isEmpty();
        }
    }

    private interface Rule {
        List<String> check(Path path, List<String> lines);
    }

    private static List<String> violations(String part, Rule rule) {
        List<String> found = new ArrayList<>();
        int checked = 0;
        try (Stream<Path> files = Files.walk(ROOT)) {
            for (Path path : (Iterable<Path>) files::iterator) {
                String text = path.toString();
                if (!text.endsWith(".java") || !text.contains(part)) {
                    continue;
                }
                checked++;
                for (String violation : rule.check(path, Files.readAllLines(path))) {
                    found.add(ROOT.relativize(path) + ": " + violation.strip());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        // Control: the walk saw the tree.
        assertThat(checked).isGreaterThan(20);
        return found;
    }
}
