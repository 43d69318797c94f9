package io.homeport.rules.actions;

import java.util.List;
import software.amazon.awssdk.services.iot.model.Action;

/// One kind of rule action, for example `s3`. Thread-safe.
///
/// Source of parameters: AWS IoT developer guide, "AWS IoT rule actions".
public interface ActionType {
    /// The member of the API's Action structure, for example `s3`.
    String name();

    /// The name in error documents and metrics, for example `S3Action`.
    String failureName();

    /// Whether this is the member that the structure has set.
    boolean isIn(Action action);

    /// Checks an action when its rule is made, and prepares it for evaluation.
    ///
    /// @throws InvalidActionException naming the parameter and what is wrong with it
    ActionPlan plan(Action action, PlanContext context);

    /// Carries out deliveries of this type, which all have the same {@link #batchKey}, in their
    /// order. Blocks; runs on a virtual thread. More than one is handed in only where {@link
    /// #batch} allows that.
    ///
    /// @throws ActionFailure where not all of them were delivered; it says which failed, by default
    ///   all
    void perform(List<Delivery> deliveries) throws ActionFailure, InterruptedException;

    /// How many deliveries may be handed over together, beginning with this one. By default one.
    default Batch batch(Delivery first) {
        return Batch.SINGLE;
    }

    /// Deliveries of one key may be batched. By default the topic.
    default String batchKey(Delivery delivery) {
        return delivery.origin().topic();
    }

    /// Deliveries of one key keep the order of their decisions; others overtake each other. By
    /// default the batch key.
    default String orderKey(Delivery delivery) {
        return batchKey(delivery);
    }

    /// Whether the failure of a batch is told in one document for all of it, as AWS does where the
    /// user has asked for batches.
    default boolean failsAsBatch(Delivery first) {
        return false;
    }

    /// The bounds of a batch.
    ///
    /// @param maximumCount deliveries, at least 1
    /// @param maximumBytes payloads together
    /// @param lingerMillis how long to wait for more
    record Batch(int maximumCount, long maximumBytes, long lingerMillis) {
        public static final Batch SINGLE = new Batch(1, Long.MAX_VALUE, 0);
    }
}
