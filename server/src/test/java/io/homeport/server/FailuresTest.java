package io.homeport.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.storage.StorageException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.Test;

/// What a user reads where the server doesn't start.
class FailuresTest {
    private static String explained(Throwable failure) {
        StringWriter text = new StringWriter();
        Failures.explain(failure, new PrintWriter(text));
        return text.toString();
    }

    @Test
    void aDataDirectoryThatIsInUseIsOneLine() {
        assertThat(explained(new StorageException("the data directory d is in use")))
                .isEqualToNormalizingNewlines("homeport: the data directory d is in use\n");
    }

    @Test
    void aFileThatCannotBeReadIsNamedWithTheReason() {
        assertThat(
                        explained(
                                new UncheckedIOException(
                                        "can't read f", new IOException("Permission denied"))))
                .isEqualToNormalizingNewlines(
                        "homeport: can't read f\n  java.io.IOException: Permission denied\n");
        assertThat(
                        explained(
                                new UncheckedIOException(
                                        "f is damaged", new IOException("f is damaged"))))
                .isEqualToNormalizingNewlines("homeport: f is damaged\n");
    }

    @Test
    void anythingElseIsShownAsItIs() {
        assertThat(explained(new IllegalStateException("surprise")))
                .contains("java.lang.IllegalStateException: surprise");
    }
}
