package io.homeport.shadow;

import io.homeport.core.Clock;
import io.homeport.core.Message;
import io.homeport.core.MessageBus;
import io.homeport.core.MessageProperties;
import io.homeport.shadow.ShadowRequest.Answer;
import io.homeport.shadow.ShadowRequest.Operation;
import io.homeport.storage.Database;
import io.homeport.storage.StorageException;
import io.homeport.storage.Transaction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/// Works requests off: decides, stores, then announces. Thread-safe. Requests of one thing are
/// decided, stored and announced in their order; nothing is announced before it is durable.
final class ShadowEngine {
    /// How long a deleted shadow's version is remembered (developer guide, "Deleting a shadow").
    static final Duration VERSION_MEMORY = Duration.ofDays(2);

    private static final Logger LOG = LoggerFactory.getLogger(ShadowEngine.class);

    private final Database database;
    private final ShadowTables tables;
    private final Clock clock;
    private final MessageBus bus;
    private final ShadowLimits limits;
    private final ShadowStatistics statistics;
    private final ThingLanes<ShadowRequest> lanes;

    ShadowEngine(
            Database database,
            ShadowTables tables,
            Clock clock,
            MessageBus bus,
            Executor executor,
            ShadowLimits limits,
            ShadowStatistics statistics) {
        this.database = database;
        this.tables = tables;
        this.clock = clock;
        this.bus = bus;
        this.limits = limits;
        this.statistics = statistics;
        this.lanes =
                new ThingLanes<>(
                        executor, limits, request -> request.payload().length, this::process);
    }

    /// Takes a request; it is answered later, or at once where there is no room for it. Doesn't
    /// block.
    void submit(ShadowRequest request) {
        switch (lanes.offer(request.shadow().thing(), request)) {
            case TAKEN -> {}
            case THING_BUSY ->
                    refuse(
                            request,
                            new ShadowRefusal(
                                    ShadowRefusal.Code.TOO_MANY_REQUESTS,
                                    "Too many requests for thing "
                                            + request.shadow().thing().thingName()
                                            + " wait already",
                                    null));
            case ALL_BUSY ->
                    refuse(
                            request,
                            new ShadowRefusal(
                                    ShadowRefusal.Code.UNAVAILABLE,
                                    "Too many shadow requests wait already; try again",
                                    null));
        }
    }

    /// Answers a request with a refusal, without looking at shadows.
    void refuse(ShadowRequest request, ShadowRefusal refusal) {
        if (request.overMqtt()) {
            publish(
                    request.shadow(),
                    request.operation().topicLevel() + "/rejected",
                    ShadowAnswers.rejected(refusal, seconds()));
        }
        statistics.count(request.operation(), refusal.code());
        request.answer().complete(new Answer.Rejected(refusal));
    }

    /// A shadow while a batch is worked off.
    private static final class Working {
        private @Nullable ShadowDocument document;
        private long rememberedVersion;
        private boolean changed;
    }

    /// What is said of a decided request once everything is durable.
    ///
    /// @param announcements topics below the shadow's prefix with their documents, in order
    private record Decided(
            ShadowRequest request, Answer answer, List<Announcement> announcements) {}

    private record Announcement(String topic, ObjectNode document) {}

    /// @param batch requests of one thing
    private void process(List<ShadowRequest> batch) {
        try {
            Map<ShadowId, Working> working = new LinkedHashMap<>();
            List<Decided> decided = new ArrayList<>();
            for (ShadowRequest request : batch) {
                decided.add(decide(request, working));
            }
            if (working.values().stream().anyMatch(one -> one.changed)) {
                database.update(transaction -> store(transaction, working));
            }
            decided.forEach(this::announce);
        } catch (StorageException e) {
            LOG.atWarn()
                    .addKeyValue("thing", batch.getFirst().shadow().thing().thingName())
                    .addKeyValue("reason", e.getMessage())
                    .log("shadow.store.failed: nothing was changed; requesters were told");
            fail(batch, e);
        } catch (RuntimeException | StackOverflowError e) {
            // A boundary: one thing's requests must not end the work of its lane.
            LOG.atError()
                    .setCause(e)
                    .addKeyValue("thing", batch.getFirst().shadow().thing().thingName())
                    .log("shadow.request.failed: a mistake in Homeport; report it with the trace");
            fail(batch, e);
        }
    }

    private void fail(List<ShadowRequest> batch, Throwable failure) {
        for (ShadowRequest request : batch) {
            if (!request.answer().isDone()) {
                ShadowRefusal refusal =
                        new ShadowRefusal(
                                ShadowRefusal.Code.INTERNAL_FAILURE,
                                "Internal service failure",
                                null);
                if (request.overMqtt()) {
                    publish(
                            request.shadow(),
                            request.operation().topicLevel() + "/rejected",
                            ShadowAnswers.rejected(refusal, seconds()));
                }
                statistics.count(request.operation(), refusal.code());
                request.answer().completeExceptionally(failure);
            }
        }
    }

    private Decided decide(ShadowRequest request, Map<ShadowId, Working> all) {
        try {
            Working working = all.get(request.shadow());
            if (working == null) {
                working = load(request.shadow());
                all.put(request.shadow(), working);
            }
            return switch (request.operation()) {
                case GET -> get(request, working);
                case UPDATE -> update(request, working);
                case DELETE -> delete(request, working);
            };
        } catch (ShadowRefusal refusal) {
            List<Announcement> announcements =
                    request.overMqtt()
                            ? List.of(
                                    new Announcement(
                                            request.operation().topicLevel() + "/rejected",
                                            ShadowAnswers.rejected(refusal, seconds())))
                            : List.of();
            return new Decided(request, new Answer.Rejected(refusal), announcements);
        }
    }

    /// What is read is durable: nobody else writes a thing's shadows, and the lane waits for its
    /// own writes.
    private Working load(ShadowId id) {
        return database.peek(view -> {
            Working working = new Working();
            ShadowTables.ShadowRow row = tables.shadows.get(view, id.key());
            if (row != null) {
                working.document = row.shadow();
                return working;
            }
            ShadowTables.DeletedRow deleted = tables.deleted.get(view, id.key());
            if (deleted != null
                    && clock.millis() - deleted.deletedAtMillis() < VERSION_MEMORY.toMillis()) {
                working.rememberedVersion = deleted.version();
            }
            return working;
        });
    }

    private void store(Transaction transaction, Map<ShadowId, Working> working) {
        working.forEach((id, one) -> {
            if (!one.changed) {
                return;
            }
            ShadowDocument document = one.document;
            if (document == null) {
                tables.shadows.delete(transaction, id.key());
                tables.deleted.put(
                        transaction,
                        id.key(),
                        new ShadowTables.DeletedRow(one.rememberedVersion, clock.millis()));
            } else {
                tables.shadows.put(
                        transaction, id.key(), ShadowTables.ShadowRow.of(document, clock.millis()));
                tables.deleted.delete(transaction, id.key());
            }
        });
    }

    private Decided get(ShadowRequest request, Working working) {
        String token = optionalToken(request);
        ShadowDocument document = existing(request, working, token);
        return accepted(request, ShadowAnswers.document(document, seconds(), token), List.of());
    }

    private Decided update(ShadowRequest request, Working working) {
        UpdateRequest update = UpdateRequest.parse(request.payload(), limits);
        ShadowDocument previous = working.document;
        long version = previous == null ? working.rememberedVersion : previous.version();
        if (update.version() != null && update.version() != version) {
            throw new ShadowRefusal(
                    ShadowRefusal.Code.CONFLICT, "Version conflict", update.clientToken());
        }
        long now = seconds();
        ShadowDocument current = ShadowDocument.updated(previous, update, version + 1, now);
        if (current.stateBytes() > limits.stateBytes()) {
            throw UpdateRequest.tooLarge(update.clientToken());
        }
        working.document = current;
        working.changed = true;
        String token = update.clientToken();
        List<Announcement> more = new ArrayList<>();
        Section delta = current.delta();
        if (delta != null) {
            more.add(
                    new Announcement(
                            "update/delta",
                            ShadowAnswers.delta(delta, current.version(), now, token)));
        }
        more.add(
                new Announcement(
                        "update/documents",
                        ShadowAnswers.documents(previous, current, now, token)));
        return accepted(request, ShadowAnswers.accepted(update, current.version(), now), more);
    }

    private Decided delete(ShadowRequest request, Working working) {
        String token = optionalToken(request);
        ShadowDocument document = existing(request, working, token);
        working.document = null;
        working.rememberedVersion = document.version();
        working.changed = true;
        return accepted(
                request, ShadowAnswers.deleted(document.version(), seconds(), token), List.of());
    }

    /// Changes are announced whichever way they came in, answers to get only where it was asked.
    private static Decided accepted(
            ShadowRequest request, ObjectNode document, List<Announcement> more) {
        List<Announcement> announcements = new ArrayList<>();
        if (request.overMqtt() || request.operation() != Operation.GET) {
            announcements.add(
                    new Announcement(request.operation().topicLevel() + "/accepted", document));
        }
        announcements.addAll(more);
        return new Decided(request, new Answer.Accepted(ShadowJson.write(document)), announcements);
    }

    /// Payloads of get and delete are empty or have a client token; all else is ignored.
    private @Nullable String optionalToken(ShadowRequest request) {
        if (request.payload().length == 0 || request.payload().length > limits.requestBytes()) {
            return null;
        }
        ObjectNode document;
        try {
            if (!(ShadowJson.read(request.payload()) instanceof ObjectNode object)) {
                return null;
            }
            document = object;
        } catch (ShadowRefusal notJson) {
            return null;
        }
        return UpdateRequest.clientToken(document, limits);
    }

    private static ShadowDocument existing(
            ShadowRequest request, Working working, @Nullable String token) {
        ShadowDocument document = working.document;
        if (document == null) {
            throw new ShadowRefusal(
                    ShadowRefusal.Code.NOT_FOUND,
                    "No shadow exists with name: '" + request.shadow().displayName() + "'",
                    token);
        }
        return document;
    }

    private void announce(Decided decided) {
        for (Announcement announcement : decided.announcements()) {
            publish(decided.request().shadow(), announcement.topic(), announcement.document());
        }
        switch (decided.answer()) {
            case Answer.Accepted _ -> statistics.accepted(decided.request().operation());
            case Answer.Rejected(ShadowRefusal refusal) ->
                    statistics.count(decided.request().operation(), refusal.code());
        }
        decided.request().answer().complete(decided.answer());
    }

    private void publish(ShadowId id, String topic, ObjectNode document) {
        Message message =
                new Message(
                        id.thing().account(),
                        id.topicPrefix() + "/" + topic,
                        ShadowJson.write(document),
                        1,
                        false,
                        MessageProperties.NONE,
                        null,
                        clock.millis());
        bus.publish(message)
                .whenComplete((done, failure) -> {
                    if (failure != null) {
                        LOG.atWarn()
                                .setCause(failure)
                                .addKeyValue("topic", message.topic())
                                .log(
                                        "shadow.announcement.lost: the shadow is as it says, but stored"
                                                + " sessions did not get it");
                    }
                });
    }

    private long seconds() {
        return Math.floorDiv(clock.millis(), 1000);
    }
}
