package io.homeport.storage;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A key of text parts, for example account, region, thing name. Keys are ordered part by part, and a
/// key comes directly before those that it is a prefix of. Immutable.
///
/// Encoding: each part's UTF-8 with 0x00 written as 0x00 0xFF, then 0x00 0x01 as its end.
public record Key(List<String> parts) {
    public static final Key EMPTY = new Key(List.of());

    public Key {
        parts = List.copyOf(parts);
    }

    public static Key of(String... parts) {
        return new Key(List.of(parts));
    }

    /// This key with more parts behind.
    public Key then(String... more) {
        List<String> all = new ArrayList<>(parts);
        all.addAll(List.of(more));
        return new Key(all);
    }

    public String part(int index) {
        return parts.get(index);
    }

    public String last() {
        return parts.getLast();
    }

    /// The ordered encoding of the class comment.
    public byte[] encoded() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (String part : parts) {
            for (byte b : part.getBytes(StandardCharsets.UTF_8)) {
                out.write(b);
                if (b == 0) {
                    out.write(0xFF);
                }
            }
            out.write(0);
            out.write(1);
        }
        return out.toByteArray();
    }

    /// Reads {@link #encoded} back.
    public static Key decode(byte[] bytes, int offset) {
        List<String> parts = new ArrayList<>();
        ByteArrayOutputStream part = new ByteArrayOutputStream();
        int at = offset;
        while (at < bytes.length) {
            byte b = bytes[at++];
            if (b != 0) {
                part.write(b);
            } else if (bytes[at++] == 1) {
                parts.add(part.toString(StandardCharsets.UTF_8));
                part.reset();
            } else {
                part.write(0);
            }
        }
        return new Key(parts);
    }
}
