package io.homeport.storage;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A key of text parts, for example account, region, thing name. Keys are ordered part by part, and
/// a key comes directly before those that it is a prefix of. Immutable.
///
/// Encoding: each part's UTF-8 with 0x00 written as 0x00 0xFF, then 0x00 0x01 as its end. So parts
/// are ordered by code points, and no part's bytes can pass for the end of another.
public record Key(List<String> parts) {
    public static final Key EMPTY = new Key(List.of());

    /// @throws IllegalArgumentException where a part has half of a surrogate pair: it has no UTF-8,
    ///   and a stand-in for it would make two keys one
    public Key {
        parts = List.copyOf(parts);
        parts.forEach(Key::requireWellFormed);
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
    ///
    /// @throws IllegalArgumentException where the bytes from the offset on aren't a key's encoding
    public static Key decode(byte[] bytes, int offset) {
        List<String> parts = new ArrayList<>();
        ByteArrayOutputStream part = new ByteArrayOutputStream();
        int partStart = offset;
        int at = offset;
        while (at < bytes.length) {
            byte b = bytes[at++];
            if (b != 0) {
                part.write(b);
                continue;
            }
            int mark = at < bytes.length ? bytes[at++] & 0xFF : -1;
            if (mark == 0x01) {
                parts.add(text(part.toByteArray(), partStart));
                part.reset();
                partStart = at;
            } else if (mark == 0xFF) {
                part.write(0);
            } else {
                throw malformed(at, "0x00 is followed by neither 0x01 nor 0xFF");
            }
        }
        if (partStart != at) {
            throw malformed(partStart, "the last part has no end");
        }
        return new Key(parts);
    }

    private static String text(byte[] utf8, int position) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
        } catch (CharacterCodingException e) {
            IllegalArgumentException malformed = malformed(position, "a part isn't UTF-8");
            malformed.initCause(e);
            throw malformed;
        }
    }

    private static IllegalArgumentException malformed(int position, String why) {
        return new IllegalArgumentException("not a key, at byte " + position + ": " + why);
    }

    private static void requireWellFormed(String part) {
        // A pair is read as one code point; a lone half as itself.
        boolean malformed =
                part.codePoints().anyMatch(c -> c <= 0xFFFF && Character.isSurrogate((char) c));
        if (malformed) {
            throw new IllegalArgumentException("a key's part has half of a surrogate pair");
        }
    }
}
