package io.homeport.targets;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.core.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Files of JSON lines that keep the newest.
class JournalTest {
    private static final StandInLimits SMALL = new StandInLimits(10, 10_000, 3, 10);

    @TempDir Path folder;

    private static JsonNode entry(int n) {
        return Json.MAPPER.createObjectNode().put("n", n);
    }

    private static List<Integer> numbers(Journal journal, int count) {
        return journal.newest(count).stream().map(entry -> entry.path("n").asInt()).toList();
    }

    @Test
    void theNewestAreKeptAcrossRestartsAndTheOthersCounted() {
        Journal journal = new Journal(folder, "q", SMALL, true);
        IntStream.range(0, 23).forEach(n -> journal.add(List.of(entry(n))));
        assertThat(numbers(journal, 100)).containsExactly(15, 16, 17, 18, 19, 20, 21, 22);
        assertThat(numbers(journal, 2)).containsExactly(21, 22);
        assertThat(journal.kept().entries()).isEqualTo(8);
        assertThat(journal.kept().dropped()).isEqualTo(15);
        Journal again = new Journal(folder, "q", SMALL, true);
        assertThat(again.kept().entries()).isEqualTo(8);
        again.add(List.of(entry(23)));
        assertThat(numbers(again, 1)).containsExactly(23);
    }

    @Test
    void bytesAreBoundedToo() {
        StandInLimits tight = new StandInLimits(1_000_000, 200, 3, 10);
        Journal journal = new Journal(folder, "q", tight, true);
        IntStream.range(0, 1000).forEach(n -> journal.add(List.of(entry(n))));
        assertThat(journal.kept().bytes()).isLessThanOrEqualTo(200);
        assertThat(numbers(journal, 1)).containsExactly(999);
    }

    /// A crash may leave half a line, which nobody has been told of.
    @Test
    void halfALineIsForgotten() throws IOException {
        Journal journal = new Journal(folder, "q", SMALL, true);
        journal.add(List.of(entry(1)));
        Files.writeString(journal.file(), "{\"n\":", StandardOpenOption.APPEND);
        Journal again = new Journal(folder, "q", SMALL, true);
        again.add(List.of(entry(2)));
        assertThat(numbers(again, 100)).containsExactly(1, 2);
    }

    /// The files are there for people, who may delete one while the server runs.
    @Test
    void aFileThatSomebodyDeletedBeginsAnew() throws IOException {
        Journal journal = new Journal(folder, "q", SMALL, true);
        journal.add(List.of(entry(1), entry(2)));
        Files.delete(journal.file());
        journal.add(List.of(entry(3)));
        assertThat(numbers(journal, 100)).containsExactly(3);
        assertThat(journal.kept().entries()).isEqualTo(1);
        assertThat(journal.kept().bytes()).isEqualTo(Files.size(journal.file()));
    }

    @Test
    void whatAFailedWriteLeftIsGoneWithTheNext() throws IOException {
        Journal journal = new Journal(folder, "q", SMALL, true);
        journal.add(List.of(entry(1)));
        Files.writeString(journal.file(), "{\"n\": 2, \"and\": \"more", StandardOpenOption.APPEND);
        journal.add(List.of(entry(2)));
        assertThat(numbers(journal, 100)).containsExactly(1, 2);
    }

    @Test
    void manyWritersLoseNothing() throws InterruptedException {
        Journal journal = new Journal(folder, "q", StandInLimits.STANDARD, true);
        List<Thread> writers = new ArrayList<>();
        for (int w = 0; w < 4; w++) {
            int first = w * 100;
            writers.add(
                    Thread.ofVirtual()
                            .start(() ->
                                    IntStream.range(first, first + 100)
                                            .forEach(n -> journal.add(List.of(entry(n))))));
        }
        for (Thread writer : writers) {
            writer.join();
        }
        assertThat(numbers(journal, 1000))
                .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 400).boxed().toList());
    }
}
