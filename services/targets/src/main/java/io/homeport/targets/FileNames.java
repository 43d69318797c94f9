package io.homeport.targets;

import io.homeport.core.targets.TargetFailedException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// Names of targets as names of files. What file systems might take amiss is written `%XX`; a name
/// never begins with a dot, so that what does is ours. Stateless.
final class FileNames {
    /// File systems take 255 bytes, and endings are added.
    static final int LONGEST = 220;

    private static final String KEPT = "-_.=,@~";

    private FileNames() {}

    /// @throws TargetFailedException where the name is too long for a file
    static String encode(String name) {
        StringBuilder encoded = new StringBuilder();
        for (byte unit : name.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (unit & 0xFF);
            boolean kept =
                    (c >= 'a' && c <= 'z')
                            || (c >= 'A' && c <= 'Z')
                            || (c >= '0' && c <= '9')
                            || (KEPT.indexOf(c) >= 0 && !(c == '.' && encoded.isEmpty()));
            if (kept) {
                encoded.append(c);
            } else {
                encoded.append('%').append(String.format("%02X", (int) c));
            }
        }
        if (encoded.length() > LONGEST) {
            throw TargetFailedException.refused(
                    "the stand-in takes names of at most "
                            + LONGEST
                            + " characters, this has "
                            + encoded.length()
                            + " as a file: "
                            + name.substring(0, Math.min(name.length(), 40))
                            + "...");
        }
        return encoded.isEmpty() ? "%" : encoded.toString();
    }

    /// The name of a file that {@link #encode} named; a `%` at the end stands for nothing.
    static String decode(String file) {
        ByteArrayOutputStream name = new ByteArrayOutputStream();
        for (int i = 0; i < file.length(); i++) {
            char c = file.charAt(i);
            if (c != '%') {
                name.writeBytes(String.valueOf(c).getBytes(StandardCharsets.UTF_8));
            } else if (i + 2 < file.length()) {
                int high = Character.digit(file.charAt(i + 1), 16);
                int low = Character.digit(file.charAt(i + 2), 16);
                name.write(Math.max(0, high) << 4 | Math.max(0, low));
                i += 2;
            }
        }
        return name.toString(StandardCharsets.UTF_8);
    }
}
