package io.homeport.shadow;

import io.homeport.core.AccountId;
import io.homeport.storage.Database;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// What others read of shadows: rules' `get_thing_shadow`, for example. Thread-safe; blocks on the
/// disk, and what it returns is durable.
public final class ShadowViews {
    private final Database database;
    private final ShadowTables tables;
    private final LongSupplier seconds;

    ShadowViews(Database database, ShadowTables tables, LongSupplier seconds) {
        this.database = database;
        this.tables = tables;
        this.seconds = seconds;
    }

    /// The shadow as GetThingShadow answers it: state with delta, metadata, version and timestamp.
    /// The caller may keep the node but must not change it. Empty where there is no such shadow.
    ///
    /// @param shadowName null for the classic shadow
    public Optional<ObjectNode> shadow(
            AccountId account, String region, String thingName, @Nullable String shadowName) {
        ShadowId id = ShadowId.of(account, region, thingName, shadowName);
        return Optional.ofNullable(
                        database.<ShadowTables.@Nullable ShadowRow>read(
                                view -> tables.shadows.get(view, id.key())))
                .map(row -> ShadowAnswers.document(row.shadow(), seconds.getAsLong(), null));
    }
}
