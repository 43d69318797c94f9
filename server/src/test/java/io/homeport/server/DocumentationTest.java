package io.homeport.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.aws.ApiMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Keeps generated pages true. `./dev map` writes them anew.
class DocumentationTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern AVAILABLE =
            Pattern.compile("(?m)^\\| (\\w+) \\| `[^`]*` \\| yes \\| (\\S*) ?\\|$");

    @TempDir Path directory;

    @Test
    void theApiMapShowsWhatIsRegisteredAndWhereItIsTested() throws IOException {
        HomeportServer server = HomeportServer.start(Settings.forTests(directory));
        String page;
        try {
            page = ApiMap.render(server.door(), new Properties());
            page = ApiMap.render(server.door(), testsOf(available(page)));
        } finally {
            server.stop(Duration.ofSeconds(2));
        }
        List<String> untested = new ArrayList<>();
        Matcher row = AVAILABLE.matcher(page);
        while (row.find()) {
            if (row.group(2).isEmpty()) {
                untested.add(row.group(1));
            }
        }
        Path file = ROOT.resolve("docs/api-map.md");
        if (Boolean.getBoolean("homeport.write-docs")) {
            Files.writeString(file, page);
        }
        assertThat(untested).as("operations that no test calls").isEmpty();
        assertThat(Files.readString(file)).as("run './dev map'").isEqualTo(page);
    }

    private static List<String> available(String page) {
        List<String> operations = new ArrayList<>();
        Matcher row = AVAILABLE.matcher(page);
        while (row.find()) {
            operations.add(row.group(1));
        }
        // Control: the page has rows.
        assertThat(operations).contains("CreateThing", "Publish");
        return operations;
    }

    /// For each operation the first test class that calls it: by a foreign client if there is one.
    private static Properties testsOf(List<String> operations) throws IOException {
        Map<String, String> sources = new TreeMap<>();
        try (Stream<Path> files = Files.walk(ROOT)) {
            for (Path path : (Iterable<Path>) files::iterator) {
                String name = path.getFileName().toString();
                if (path.toString().contains("/src/test/java/") && name.endsWith("Test.java")) {
                    // Tests by foreign clients sort first.
                    String order = path.toString().contains("/compat/") ? "0" : "1";
                    sources.put(
                            order + name.substring(0, name.length() - ".java".length()),
                            Files.readString(path));
                }
            }
        }
        Properties tests = new Properties();
        for (String operation : operations) {
            String method =
                    operation.substring(0, 1).toLowerCase(Locale.ROOT) + operation.substring(1);
            String command =
                    operation.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
            Pattern call =
                    Pattern.compile(
                            "[.\\s(:]"
                                    + method
                                    + "(Paginator)?\\(|\\b"
                                    + operation
                                    + "Request\\b|\""
                                    + command
                                    + "\"|\""
                                    + operation
                                    + "\"");
            for (Map.Entry<String, String> source : sources.entrySet()) {
                if (!source.getKey().endsWith("DocumentationTest")
                        && call.matcher(source.getValue()).find()) {
                    for (String service : List.of("iot", "iotdataplane", "lambda")) {
                        tests.setProperty(service + "." + operation, source.getKey().substring(1));
                    }
                    break;
                }
            }
        }
        return tests;
    }
}
