package io.homeport.functions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.lambda.model.InvalidParameterValueException;

/// Archives that want out, and archives that are well.
class ZipUnpackerTest {
    private static final int FILE = 0100644;
    private static final FunctionLimits LIMITS = SmallLimits.of(1, 1, 1 << 20, 1);
    private static final int LINK = 0120777;

    @TempDir Path directory;

    private Path unpack(byte[] zip) throws IOException {
        Path file = Files.write(directory.resolve("a.zip"), zip);
        Path target = directory.resolve("a").resolve("b");
        new ZipUnpacker(LIMITS).unpack(file, target);
        return target;
    }

    private void refused(byte[] zip, String message) throws IOException {
        assertThatThrownBy(() -> unpack(zip))
                .isInstanceOf(InvalidParameterValueException.class)
                .hasMessageContaining(message);
        try (Stream<Path> outside = Files.walk(directory)) {
            assertThat(outside.filter(path -> path.getFileName().toString().startsWith("evil")))
                    .allMatch(path -> path.startsWith(directory.resolve("a").resolve("b")));
        }
    }

    @Test
    void filesFoldersModesAndLinksAreKept() throws IOException {
        Path target =
                unpack(
                        new Zips()
                                .add("bin/run", 0100755, "run")
                                .add("lib/data", FILE, "data")
                                .add("empty/", 040755, "")
                                .add("bin/other", LINK, "../lib/data")
                                .bytes());
        assertThat(Files.isExecutable(target.resolve("bin/run"))).isTrue();
        assertThat(Files.getPosixFilePermissions(target.resolve("lib/data"))).hasSize(4);
        assertThat(target.resolve("empty")).isEmptyDirectory();
        assertThat(target.resolve("bin/other")).hasContent("data");
        assertThat(Files.isSymbolicLink(target.resolve("bin/other"))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"../evil", "a/../../evil", "/evil", "..\\evil", "evil\0"})
    void namesThatLeadElsewhereAreRefused(String name) throws IOException {
        refused(Zips.of(name, "x"), "isn't a file's path");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../evil", "/etc/passwd", "sub/../../evil", ".."})
    void linksThatLeadElsewhereAreRefused(String to) throws IOException {
        refused(new Zips().add("link", LINK, to).bytes(), "leads outside of it");
    }

    @Test
    void nothingIsWrittenThroughLinks() throws IOException {
        Path target =
                unpack(new Zips().add("sub/file", FILE, "inside").add("way", LINK, "sub").bytes());
        assertThat(target.resolve("way/file")).hasContent("inside");
        assertThatThrownBy(() ->
                        unpackInto(
                                "c",
                                new Zips()
                                        .add("way", LINK, "sub")
                                        .add("way/evil", FILE, "x")
                                        .bytes()))
                .isInstanceOf(InvalidParameterValueException.class);
    }

    private void unpackInto(String name, byte[] zip) throws IOException {
        Path file = Files.write(directory.resolve(name + ".zip"), zip);
        new ZipUnpacker(LIMITS).unpack(file, directory.resolve(name));
    }

    @Test
    void whatIsNoArchiveIsRefused() throws IOException {
        refused("hello".getBytes(StandardCharsets.UTF_8), "Could not unzip");
        byte[] cut = Zips.of("a", "text");
        refused(Arrays.copyOf(cut, cut.length - 10), "Could not unzip");
        assertThat(Files.exists(directory.resolve("evil"), LinkOption.NOFOLLOW_LINKS)).isFalse();
    }

    @Test
    void aBombIsStopped() throws IOException {
        Zips zips = new Zips();
        byte[] zeros = new byte[300 << 10];
        for (int i = 0; i < 4; i++) {
            zips.add("zeros" + i, FILE, zeros);
        }
        refused(zips.bytes(), "Unzipped size must be smaller than 1048576 bytes");
    }
}
