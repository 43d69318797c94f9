package io.homeport.storage;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Texts as keys and values.
final class Bytes {
    private Bytes() {}

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static @Nullable String text(byte @Nullable [] bytes) {
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }

    /// `key=value` of each.
    static List<String> texts(List<Store.Entry> entries) {
        return entries.stream().map(e -> text(e.key()) + "=" + text(e.value())).toList();
    }
}
