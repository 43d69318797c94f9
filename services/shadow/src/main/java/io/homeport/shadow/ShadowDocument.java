package io.homeport.shadow;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A shadow at one version. Immutable.
///
/// @param desired null where nothing is desired
/// @param reported null where nothing is reported
record ShadowDocument(@Nullable Section desired, @Nullable Section reported, long version) {

    /// The shadow after an update.
    ///
    /// @param old null where the shadow doesn't exist
    /// @param version of the new document
    /// @param seconds the time, for the metadata
    static ShadowDocument updated(
            @Nullable ShadowDocument old, UpdateRequest request, long version, long seconds) {
        return new ShadowDocument(
                updated(old == null ? null : old.desired, request.desired(), seconds),
                updated(old == null ? null : old.reported, request.reported(), seconds),
                version);
    }

    private static @Nullable Section updated(
            @Nullable Section old, UpdateRequest.Change change, long seconds) {
        return switch (change) {
            case UpdateRequest.Change.None() -> old;
            case UpdateRequest.Change.Removal() -> null;
            case UpdateRequest.Change.Patch(ObjectNode patch) -> Section.merge(old, patch, seconds);
        };
    }

    @Nullable Section delta() {
        return Section.delta(desired, reported);
    }

    /// How much of the size limit the shadow takes: its JSON without metadata.
    int stateBytes() {
        return bytes(desired) + bytes(reported);
    }

    private static int bytes(@Nullable Section section) {
        return section == null ? 0 : ShadowJson.write(section.state()).length;
    }

    /// `{"desired": ..., "reported": ...}` with what there is of them.
    ObjectNode state() {
        ObjectNode state = JsonNodeFactory.instance.objectNode();
        if (desired != null) {
            state.set("desired", desired.state());
        }
        if (reported != null) {
            state.set("reported", reported.state());
        }
        return state;
    }

    /// As {@link #state}, of the metadata.
    ObjectNode metadata() {
        ObjectNode metadata = JsonNodeFactory.instance.objectNode();
        if (desired != null) {
            metadata.set("desired", desired.metadata());
        }
        if (reported != null) {
            metadata.set("reported", reported.metadata());
        }
        return metadata;
    }
}
