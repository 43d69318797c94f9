package io.homeport.storage;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a {@link Table} reads from. Used by one thread, inside the read or write that handed it
/// out.
public sealed interface View permits Transaction, Database.Reader {
    byte @Nullable [] get(byte[] key);

    /// As {@link Store#scan}.
    List<Store.Entry> scan(byte[] from, byte @Nullable [] to, int limit);
}
