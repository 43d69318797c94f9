package io.homeport.targets;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.homeport.core.targets.TargetFailedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Files by key.
class FolderTest {
    private static final StandInLimits LIMITS = new StandInLimits(3, 1000, 3, 10);

    @TempDir Path parent;

    private Folder open() {
        return new Folder(parent.resolve("bucket"), LIMITS, true);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    /// Keys come from devices: none may leave the folder.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "plain",
                "a/b/c",
                "../../escaped",
                "..",
                ".",
                "/etc/passwd",
                "a//b/",
                "",
                "/",
                ".new",
                "C:\\x",
                "line\nfeed\0",
                "ü 😀 %2F",
                "a%",
                "con"
            })
    void everyKeyIsAFileInsideTheFolderAndComesBackAfterARestart(String key) throws IOException {
        Folder folder = open();
        folder.put(key, bytes("v"));
        assertThat(folder.get(key)).hasValue(bytes("v"));
        assertThat(open().get(key)).hasValue(bytes("v"));
        try (Stream<Path> all = Files.walk(parent)) {
            assertThat(all.filter(Files::isRegularFile))
                    .singleElement()
                    .satisfies(path ->
                            assertThat(path.toRealPath())
                                    .startsWith(parent.resolve("bucket").toRealPath()));
        }
        assertThat(open().delete(key)).isTrue();
        assertThat(open().get(key)).isEmpty();
    }

    @Test
    void aKeyMayBeTheBeginningOfAnother() {
        for (List<String> keys : List.of(List.of("a", "a/b"), List.of("x/y", "x"))) {
            Folder folder = open();
            keys.forEach(key -> folder.put(key, bytes(key)));
            Folder again = open();
            keys.forEach(key -> assertThat(again.get(key)).hasValue(bytes(key)));
            again.clear();
        }
    }

    @Test
    void theOldestGoesWhenThereAreTooMany() {
        Folder folder = open();
        for (String key : List.of("a", "b", "c", "a", "d")) {
            folder.put(key, bytes(key));
        }
        assertThat(folder.newest(10)).extracting(Folder.Entry::key).containsExactly("d", "a", "c");
        assertThat(folder.kept().dropped()).isEqualTo(1);
        folder.put("large", new byte[999]);
        assertThat(folder.kept().bytes()).isLessThanOrEqualTo(1000);
        assertThat(folder.get("large")).isPresent();
    }

    @Test
    void aKeyThatFileSystemsDontTakeIsRefused() {
        assertThatThrownBy(() -> open().put("x".repeat(300), bytes("v")))
                .isInstanceOfSatisfying(
                        TargetFailedException.class, e -> assertThat(e.isRetryable()).isFalse());
    }

    /// The files are there for people, who may delete one while the server runs.
    @Test
    void aFileThatSomebodyDeletedIsGone() throws IOException {
        Folder folder = open();
        folder.put("a", bytes("12345"));
        folder.put("b", bytes("67"));
        Files.delete(folder.root().resolve("a"));
        assertThat(folder.get("a")).isEmpty();
        assertThat(folder.kept()).isEqualTo(new Kept(1, 2, 0));
    }

    @Test
    void aValueThatCantBeWrittenLeavesTheOneBefore() throws IOException {
        Folder folder = open();
        folder.put("a", bytes("12345"));
        Path inTheWay = Files.createDirectory(folder.root().resolve(".new"));
        assertThatThrownBy(() -> folder.put("a", bytes("6")))
                .isInstanceOf(UncheckedIOException.class);
        assertThat(folder.get("a")).hasValue(bytes("12345"));
        Files.delete(inTheWay);
        folder.put("a", bytes("6"));
        assertThat(folder.kept()).isEqualTo(new Kept(1, 1, 0));
    }
}
