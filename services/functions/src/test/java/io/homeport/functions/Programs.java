package io.homeport.functions;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/// The programs that tests need beside Java.
final class Programs {
    private Programs() {}

    /// Skips the test with a message where the machine has no such program.
    static void require(String name) {
        boolean there;
        try {
            there =
                    new ProcessBuilder(List.of(name, "--version"))
                                    .redirectErrorStream(true)
                                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                                    .start()
                                    .waitFor()
                            == 0;
        } catch (IOException e) {
            there = false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            there = false;
        }
        Assumptions.assumeTrue(there, name + " isn't installed on this machine");
    }
}
