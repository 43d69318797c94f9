package io.homeport.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.homeport.testkit.SimTimers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LocalAuthorityTest {
    @TempDir private Path temporary;
    private final SimTimers clock = new SimTimers();

    @Test
    void theFirstStartMakesFilesThatOnlyTheUserCanRead() throws IOException {
        Path directory = temporary.resolve("data");
        LocalAuthority.open(directory, List.of(), clock);
        assertThat(mode(directory)).isEqualTo("rwx------");
        try (Stream<Path> all = Files.walk(directory)) {
            List<Path> files = all.filter(Files::isRegularFile).toList();
            assertThat(files)
                    .extracting(file -> directory.relativize(file).toString())
                    .containsExactlyInAnyOrder(
                            "ca/ca.pem", "ca/ca.key", "server.pem", "server.key", "secrets.json");
            assertThat(files).allSatisfy(file -> assertThat(mode(file)).isEqualTo("rw-------"));
        }
    }

    @Test
    void aSecondStartFindsEverythingAsItWas() throws IOException {
        LocalAuthority first = LocalAuthority.open(temporary, List.of("iot.example.org"), clock);
        String server = Files.readString(first.serverCertificateFile());
        LocalAuthority second = LocalAuthority.open(temporary, List.of("iot.example.org"), clock);
        assertThat(second.caCertificate()).isEqualTo(first.caCertificate());
        assertThat(Files.readString(second.serverCertificateFile())).isEqualTo(server);
        assertThat(second.administratorKey()).isEqualTo(first.administratorKey());
        assertThat(second.pageTokenKey()).isEqualTo(first.pageTokenKey()).hasSize(32);
    }

    @Test
    void theAdministratorsKeyHasTheFormOfAwsKeys() {
        AccessKey key = LocalAuthority.open(temporary, List.of(), clock).administratorKey();
        assertThat(key.accessKeyId()).matches("AKIA[A-Z2-7]{16}");
        assertThat(key.secretAccessKey()).matches("[A-Za-z0-9+/]{40}");
        assertThat(key.toString()).doesNotContain(key.secretAccessKey());
    }

    @Test
    void theServersCertificateAnswersToLocalhostAndTheAddedNames() {
        LocalAuthority authority =
                LocalAuthority.open(temporary, List.of("IoT.example.org", "10.1.2.3"), clock);
        X509Certificate server = serverCertificate(authority);
        assertThat(ServerNames.in(server))
                .contains(
                        "localhost", "127.0.0.1", "0:0:0:0:0:0:0:1", "iot.example.org", "10.1.2.3");
        assertThat(X509.isSignedBy(server, authority.caCertificate())).isTrue();
        assertThat(server.getBasicConstraints()).isEqualTo(-1);
        assertThat(X509.isCa(authority.caCertificate())).isTrue();
    }

    @Test
    void otherNamesGetANewServerCertificateOfTheSameCa() {
        LocalAuthority first = LocalAuthority.open(temporary, List.of(), clock);
        X509Certificate before = serverCertificate(first);
        LocalAuthority second = LocalAuthority.open(temporary, List.of("iot.example.org"), clock);
        assertThat(serverCertificate(second)).isNotEqualTo(before);
        assertThat(second.caCertificate()).isEqualTo(first.caCertificate());
    }

    @Test
    void aServerCertificateThatEndsSoonIsRenewed() {
        X509Certificate before =
                serverCertificate(LocalAuthority.open(temporary, List.of(), clock));
        clock.advance(LocalAuthority.SERVER_CERTIFICATE_LIFE.minus(LocalAuthority.RENEWED_BEFORE));
        X509Certificate renewed =
                serverCertificate(LocalAuthority.open(temporary, List.of(), clock));
        assertThat(renewed.getNotAfter().toInstant())
                .isAfter(before.getNotAfter().toInstant().plus(Duration.ofDays(300)));
    }

    @Test
    void aLostKeyIsReportedAndNotReplaced() throws IOException {
        LocalAuthority.open(temporary, List.of(), clock);
        Files.delete(temporary.resolve("ca/ca.key"));
        assertThatThrownBy(() -> LocalAuthority.open(temporary, List.of(), clock))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("ca.key is missing");
    }

    @Test
    void aKeyOfAnotherCaIsReported(@TempDir Path other) throws IOException {
        open();
        LocalAuthority.open(other, List.of(), clock);
        Files.copy(
                other.resolve("ca/ca.key"),
                temporary.resolve("ca/ca.key"),
                StandardCopyOption.REPLACE_EXISTING);
        assertThatThrownBy(this::open)
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("ca.key isn't the key of");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "junk",
                "{}",
                "{\"accessKeyId\":\"a\",\"secretAccessKey\":\"b\",\"pageTokenKey\":\"AA\"}"
            })
    void secretsThatAreDamagedAreReportedAndNotReplaced(String text) throws IOException {
        open();
        Files.writeString(temporary.resolve("secrets.json"), text);
        assertThatThrownBy(this::open)
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("secrets.json can't be read");
        assertThat(temporary.resolve("secrets.json")).hasContent(text);
    }

    @Test
    void aNameThatIsNoHostNameIsRefused() {
        assertThatThrownBy(() -> LocalAuthority.open(temporary, List.of("a b"), clock))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'a b' is no host name");
        assertThatThrownBy(() -> LocalAuthority.open(temporary, List.of("1.2.3.999"), clock))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static X509Certificate serverCertificate(LocalAuthority authority) {
        return X509.parse(PrivateFiles.read(authority.serverCertificateFile())).orElseThrow();
    }

    private LocalAuthority open() {
        return LocalAuthority.open(temporary, List.of(), clock);
    }

    private static String mode(Path path) {
        try {
            return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
