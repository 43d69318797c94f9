package io.homeport.storage;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The damaged end of a write-ahead log that RocksDB left out when it read the log back. RocksDB
/// tells so in its own protocol alone, the file `LOG`, which it begins anew at each opening; the
/// damaged log itself is gone after that.
///
/// @param file the log
/// @param bytes how much of it, at least, was left out
/// @param reason what RocksDB found wrong
record LogCut(String file, long bytes, String reason) {
    private static final Logger LOG = LoggerFactory.getLogger(LogCut.class);
    private static final Pattern LINE =
            Pattern.compile(
                    "\\] (?:\\[[^]]*\\] )?(?<file>[^\\[].*\\.log): dropping (?<bytes>[0-9]+) bytes;"
                            + " (?<reason>.*)");

    /// What was left out when the database in the directory was last opened.
    static List<LogCut> of(Path directory) throws IOException {
        List<LogCut> cuts = new ArrayList<>();
        String text = Files.readString(directory.resolve("LOG"), StandardCharsets.ISO_8859_1);
        for (String line : text.split("\n")) {
            Matcher matcher = LINE.matcher(line);
            if (matcher.find()) {
                cuts.add(
                        new LogCut(
                                matcher.group("file"),
                                Long.parseLong(matcher.group("bytes")),
                                matcher.group("reason")));
            }
        }
        return cuts;
    }

    /// Logs what was left out when the database in the directory was opened just now.
    ///
    /// @param damage what was found wrong before that
    static void report(Path directory, LogCheck.@Nullable Damage damage) {
        try {
            for (LogCut cut : of(directory)) {
                String where =
                        damage != null && cut.file.endsWith("/" + damage.file().getFileName())
                                ? "from byte %d on (%d intact changes among it)"
                                        .formatted(damage.position(), damage.intactBehind())
                                : "where it is damaged";
                LOG.atWarn()
                        .addKeyValue("event", "store-log-cut")
                        .addKeyValue("file", cut.file)
                        .log(
                                "the end of the store's log is damaged ({}): it ends {} now, and"
                                        + " at least {} bytes were dropped. That is what a crash or"
                                        + " a power cut leaves of writes that nobody was told to be"
                                        + " durable; without one, check the disk, and restore {}"
                                        + " from a backup if something is missing",
                                cut.reason,
                                where,
                                cut.bytes,
                                directory);
            }
        } catch (IOException e) {
            LOG.atWarn()
                    .setCause(e)
                    .addKeyValue("event", "store-log-unknown")
                    .log(
                            "RocksDB's protocol in {} can't be read: whether an end of the log was"
                                    + " damaged isn't known",
                            directory);
        }
    }
}
