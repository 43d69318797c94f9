package io.homeport.rules.logging;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.rules.logging.LoggingOptions.EventLevel;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// Which level decides (docs.aws.amazon.com/iot/latest/developerguide/configure-logging.html).
class LoggingOptionsTest {
    private static final LoggingOptions.Groups GROUPS =
            (group, thing) -> group.equals("lamps") && thing.equals("lamp");

    private static LogEntry entry(Level level, String type, String clientId) {
        return new LogEntry(
                "000000000000",
                "us-east-1",
                level,
                type,
                true,
                "trace",
                clientId,
                "principal",
                "10.0.0.1",
                null,
                Map.of());
    }

    private static LoggingOptions options(Level level, Map<String, Level> targets) {
        return new LoggingOptions(
                null, level, false, Map.of("Connect", new EventLevel(Level.DEBUG, null)), targets);
    }

    private static boolean wants(LoggingOptions options, Level level, String type, String client) {
        LogEntry entry = entry(level, type, client);
        boolean wanted = options.wants(entry, GROUPS);
        // What is turned down early would have been turned down anyway.
        assertThat(wanted && options.surelyUnwanted(entry)).isFalse();
        return wanted;
    }

    @Test
    void theDefaultLevelAdmitsWhatIsAsGraveOrGraver() {
        LoggingOptions options = options(Level.WARN, Map.of());
        assertThat(wants(options, Level.ERROR, "RuleMatch", "c")).isTrue();
        assertThat(wants(options, Level.WARN, "RuleMatch", "c")).isTrue();
        assertThat(wants(options, Level.INFO, "RuleMatch", "c")).isFalse();
        assertThat(wants(options(Level.DISABLED, Map.of()), Level.ERROR, "RuleMatch", "c"))
                .isFalse();
    }

    @Test
    void anEventTypeHasALevelOfItsOwn() {
        assertThat(wants(options(Level.ERROR, Map.of()), Level.DEBUG, "Connect", "c")).isTrue();
    }

    @Test
    void aTargetCountsInsteadOfDefaultAndEvent() {
        LoggingOptions options =
                options(
                        Level.INFO,
                        Map.of(
                                "CLIENT_ID/quiet", Level.ERROR,
                                "CLIENT_ID/lamp", Level.ERROR,
                                "THING_GROUP/lamps", Level.DEBUG,
                                "SOURCE_IP/10.0.0.9", Level.DEBUG));
        assertThat(wants(options, Level.INFO, "Connect", "quiet")).isFalse();
        assertThat(wants(options, Level.DEBUG, "RuleMatch", "lamp")).isTrue();
        assertThat(wants(options, Level.DEBUG, "RuleMatch", "other")).isFalse();
        assertThat(wants(options, Level.INFO, "RuleMatch", "other")).isTrue();
    }

    @Test
    void disablingEverythingSilencesTargetsToo() {
        LoggingOptions options =
                new LoggingOptions(
                        null, Level.DEBUG, true, Map.of(), Map.of("CLIENT_ID/c", Level.DEBUG));
        assertThat(wants(options, Level.ERROR, "Connect", "c")).isFalse();
    }
}
