/// Where state lives: {@link io.homeport.storage.Store}, an ordered key-value store with atomic and
/// durable commits, and on it {@link io.homeport.storage.Table}s of records with indexes, read and
/// written in transactions of a {@link io.homeport.storage.Database}.
///
/// Everything here is thread-safe unless a class says otherwise.
@NullMarked
package io.homeport.storage;

import org.jspecify.annotations.NullMarked;
