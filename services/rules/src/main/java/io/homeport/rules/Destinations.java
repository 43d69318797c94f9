package io.homeport.rules;

import io.homeport.aws.Caller;
import io.homeport.core.Clock;
import io.homeport.core.Json;
import io.homeport.core.Timers;
import io.homeport.rules.DestinationRecord.Http;
import io.homeport.rules.DestinationRecord.Status;
import io.homeport.rules.actions.ActionFailure;
import io.homeport.rules.actions.OutgoingHttp;
import io.homeport.rules.actions.RuleDestinations;
import io.homeport.rules.actions.Urls;
import io.homeport.storage.Database;
import io.homeport.storage.Key;
import io.homeport.storage.StorageException;
import io.homeport.storage.Table;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/// The destinations of rules: who has agreed to get requests. All are in memory, because every
/// request asks; what changes is stored first. Asks receivers to confirm until they take the
/// question, also after a restart, and waits an hour for the answer. Thread-safe.
///
/// Source: AWS IoT developer guide, "HTTP action destinations".
final class Destinations implements RuleDestinations, AutoCloseable {
    /// account, region, id.
    static final Table<DestinationRecord> DESTINATIONS =
            new Table<>("rules.destinations", DestinationRecord.class);

    private static final Logger LOG = LoggerFactory.getLogger(Destinations.class);
    private static final Duration TO_CONFIRM = Duration.ofHours(1);
    private static final long FIRST_PAUSE_MILLIS = 1_000;
    private static final long LONGEST_PAUSE_MILLIS = 60_000;
    private static final int TOKEN_BYTES = 32;
    private static final String MESSAGE_TYPE = "DestinationConfirmation";

    private final Parts parts;
    private final RulesLimits limits;
    private final ReentrantLock changing = new ReentrantLock();
    private final Map<Key, DestinationRecord> all = new ConcurrentHashMap<>();
    private final Map<String, Key> tokens = new ConcurrentHashMap<>();

    /// By account, region, and scheme, host and port.
    private final Map<Key, List<DestinationRecord>> byReceiver = new ConcurrentHashMap<>();

    private volatile boolean closed;

    /// @param random for tokens, so it must not be guessed
    /// @param confirmationAddress the URL that confirms a token
    record Parts(
            Database database,
            Clock clock,
            Timers timers,
            RandomGenerator random,
            Executor workers,
            OutgoingHttp http,
            UnaryOperator<String> confirmationAddress) {}

    Destinations(Parts parts, RulesLimits limits) {
        this.parts = parts;
        this.limits = limits;
    }

    /// Reads what is stored and goes on with open confirmations. Blocks.
    void start() {
        DESTINATIONS.forEach(parts.database, row -> remember(row.value()));
        all.values().forEach(this::awaitConfirmation);
    }

    @Nullable DestinationRecord find(Key key) {
        return all.get(key);
    }

    /// Refuses what would be too many.
    ///
    /// @param urls that need a destination, if they have none
    void requireRoom(Caller caller, List<String> urls) {
        requireRoom(caller, urls.stream().filter(url -> !isKnown(caller, url)).count());
    }

    void requireRoom(Caller caller, long more) {
        if (more > 0 && count(caller) + more > limits.destinations()) {
            throw Faults.other(
                    410,
                    "LimitExceededException",
                    "An account can have at most "
                            + limits.destinations()
                            + " rule destinations in a region");
        }
    }

    private long count(Caller caller) {
        String account = caller.account().value();
        return all.values().stream()
                .filter(d -> d.account().equals(account) && d.region().equals(caller.region()))
                .count();
    }

    private boolean isKnown(Caller caller, String url) {
        return byReceiver
                .getOrDefault(receiver(caller.account().value(), caller.region(), url), List.of())
                .stream()
                .anyMatch(destination -> confirmationUrl(destination).equals(url));
    }

    /// Makes the destinations of these confirmation URLs that aren't there.
    void ensure(Caller caller, List<String> urls) {
        for (String url : urls) {
            if (!isKnown(caller, url)) {
                createHttp(caller, url);
            }
        }
    }

    DestinationRecord createHttp(Caller caller, String confirmationUrl) {
        long now = parts.clock.millis();
        DestinationRecord made =
                new DestinationRecord(
                        caller.account().value(),
                        caller.region(),
                        newId(),
                        Status.IN_PROGRESS,
                        "Asking the receiver to confirm.",
                        newQuestion(confirmationUrl),
                        null,
                        now,
                        now);
        store(made);
        awaitConfirmation(made);
        return made;
    }

    DestinationRecord createVpc(Caller caller, DestinationRecord.Vpc vpc) {
        long now = parts.clock.millis();
        DestinationRecord made =
                new DestinationRecord(
                        caller.account().value(),
                        caller.region(),
                        newId(),
                        Status.ENABLED,
                        "",
                        null,
                        vpc,
                        now,
                        now);
        store(made);
        return made;
    }

    private String newId() {
        return new UUID(parts.random.nextLong(), parts.random.nextLong()).toString();
    }

    private Http newQuestion(String confirmationUrl) {
        byte[] token = new byte[TOKEN_BYTES];
        parts.random.nextBytes(token);
        return new Http(
                confirmationUrl,
                Base64.getUrlEncoder().withoutPadding().encodeToString(token),
                false,
                false,
                parts.clock.millis() + TO_CONFIRM.toMillis());
    }

    /// Sets a status on a user's behalf.
    void update(Key key, Status status) {
        DestinationRecord changed;
        changing.lock();
        try {
            DestinationRecord present = all.get(key);
            if (present == null) {
                throw Faults.noDestination(key.last());
            }
            changed = changed(present, status);
            store(changed);
        } finally {
            changing.unlock();
        }
        awaitConfirmation(changed);
    }

    private DestinationRecord changed(DestinationRecord present, Status status) {
        long now = parts.clock.millis();
        Http http = present.http();
        return switch (status) {
            case ENABLED -> {
                boolean may =
                        present.status() == Status.ENABLED
                                || (present.status() == Status.DISABLED
                                        && (http == null || http.confirmed()));
                if (!may) {
                    throw Faults.invalid(
                            "A destination becomes ENABLED when its receiver confirms it, and can"
                                    + " be set to it from DISABLED after that; this one is "
                                    + present.status()
                                    + (http == null || http.confirmed() ? "" : ", not confirmed"));
                }
                yield present.with(Status.ENABLED, "", http, now);
            }
            case DISABLED -> present.with(Status.DISABLED, "", http, now);
            case IN_PROGRESS -> {
                if (http == null) {
                    throw Faults.invalid("A destination in a VPC needs no confirmation");
                }
                yield present.with(
                        Status.IN_PROGRESS,
                        "Asking the receiver to confirm.",
                        newQuestion(http.confirmationUrl()),
                        now);
            }
            case ERROR -> throw Faults.invalid("status has to be ENABLED, DISABLED or IN_PROGRESS");
        };
    }

    /// The receiver agrees. May be repeated.
    void confirm(String token) {
        changing.lock();
        try {
            Key key = tokens.get(token);
            DestinationRecord present = key == null ? null : all.get(key);
            Http http = present == null ? null : present.http();
            if (present == null || http == null) {
                throw Faults.invalid("The confirmation token isn't valid, or not any more");
            }
            if (http.confirmed()) {
                return;
            }
            if (present.status() != Status.IN_PROGRESS) {
                throw Faults.invalid(
                        "The destination is "
                                + present.status()
                                + ": set it to IN_PROGRESS to have it confirmed");
            }
            store(present.with(Status.ENABLED, "", http.withConfirmed(), parts.clock.millis()));
        } finally {
            changing.unlock();
        }
    }

    void delete(Key key) {
        changing.lock();
        try {
            if (!all.containsKey(key)) {
                throw Faults.noDestination(key.last());
            }
            parts.database.update(transaction -> DESTINATIONS.delete(transaction, key));
            forget(key);
        } finally {
            changing.unlock();
        }
    }

    @Override
    public void require(String account, String region, String url) throws ActionFailure {
        DestinationRecord nearest = null;
        for (DestinationRecord candidate :
                byReceiver.getOrDefault(receiver(account, region, url), List.of())) {
            if (!Urls.isBeginning(confirmationUrl(candidate), url)) {
                continue;
            }
            if (candidate.status() == Status.ENABLED) {
                return;
            }
            if (nearest == null || candidate.status() == Status.IN_PROGRESS) {
                nearest = candidate;
            }
        }
        if (nearest == null) {
            throw ActionFailure.permanent(
                    "no destination has a confirmation URL that this URL begins with");
        }
        String text = "the destination " + nearest.arn() + " is " + nearest.status();
        throw nearest.status() == Status.IN_PROGRESS
                ? ActionFailure.transientFailure(text + ": its receiver has not confirmed it yet")
                : ActionFailure.permanent(text);
    }

    @Override
    public void requireVpc(String account, String region, String arn) throws ActionFailure {
        DestinationRecord found =
                all.get(Key.of(account, region, arn.substring(arn.lastIndexOf('/') + 1)));
        if (found == null || found.vpc() == null || !found.arn().equals(arn)) {
            throw ActionFailure.permanent("there is no destination '" + arn + "' in a VPC");
        }
        if (found.status() != Status.ENABLED) {
            throw ActionFailure.permanent("the destination " + arn + " is " + found.status());
        }
    }

    /// Goes on asking, or waiting, where a confirmation is outstanding.
    private void awaitConfirmation(DestinationRecord destination) {
        Http http = destination.http();
        if (destination.status() != Status.IN_PROGRESS || http == null) {
            return;
        }
        if (!http.asked()) {
            onWorker(() -> ask(destination.key(), http.token(), 1));
        }
        later(
                http.confirmBeforeMillis() - parts.clock.millis(),
                () -> giveUp(destination.key(), http.token()));
    }

    private void later(long millis, Runnable task) {
        parts.timers.schedule(Duration.ofMillis(Math.max(1, millis)), () -> onWorker(task));
    }

    private void onWorker(Runnable task) {
        if (closed) {
            return;
        }
        try {
            parts.workers.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.atDebug().log("rules.destinations.stopping");
        }
    }

    /// Sends the question once. A token that isn't the present one belongs to an earlier question.
    private void ask(Key key, String token, int attempt) {
        DestinationRecord asked = outstanding(key, token);
        if (asked == null || closed) {
            return;
        }
        String failure = post(asked, token);
        Instant now = parts.clock.now();
        note(
                key,
                token,
                failure == null,
                failure == null
                        ? "Awaiting confirmation. The receiver was asked at " + now + "."
                        : "Awaiting confirmation. Asking at " + now + " failed: " + failure);
        if (failure != null) {
            long pause =
                    Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << Math.min(attempt - 1, 10));
            later(pause, () -> ask(key, token, attempt + 1));
        }
    }

    /// What went wrong; null where nothing did.
    private @Nullable String post(DestinationRecord destination, String token) {
        String url = confirmationUrl(destination);
        String separator = url.contains("?") ? "&" : url.endsWith("/") ? "?" : "/?";
        ObjectNode body = Json.MAPPER.createObjectNode();
        body.put("arn", destination.arn());
        body.put("confirmationToken", token);
        body.put("enableUrl", parts.confirmationAddress.apply(token));
        body.put("messageType", MESSAGE_TYPE);
        try {
            OutgoingHttp.Reply reply =
                    parts.http.post(
                            URI.create(url + separator + "confirmationToken=" + token),
                            List.of(
                                    new OutgoingHttp.Header("content-type", "application/json"),
                                    new OutgoingHttp.Header(
                                            "x-amz-rules-engine-message-type", MESSAGE_TYPE),
                                    new OutgoingHttp.Header(
                                            "x-amz-rules-engine-destination-arn",
                                            destination.arn())),
                            Json.MAPPER.writeValueAsBytes(body),
                            limits.http().replyBytes(),
                            limits.http().patience());
            int status = reply.status();
            return status >= 200 && status < 300 ? null : "the receiver answered " + status;
        } catch (IOException | IllegalArgumentException e) {
            return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "the server is stopping";
        }
    }

    private void note(Key key, String token, boolean asked, String reason) {
        changing.lock();
        try {
            DestinationRecord present = outstanding(key, token);
            Http http = present == null ? null : present.http();
            if (present != null && http != null && !closed) {
                Http noted = asked ? http.withAsked() : http;
                store(present.with(Status.IN_PROGRESS, reason, noted, present.updatedAtMillis()));
            }
        } catch (StorageException e) {
            LOG.atWarn()
                    .addKeyValue("destination", key.last())
                    .addKeyValue("reason", e.getMessage())
                    .log("rules.destination.not-noted: the receiver may be asked again");
        } finally {
            changing.unlock();
        }
    }

    private void giveUp(Key key, String token) {
        changing.lock();
        try {
            DestinationRecord present = outstanding(key, token);
            if (present != null && !closed) {
                store(
                        present.with(
                                Status.ERROR,
                                "Not confirmed within an hour. " + present.reason(),
                                present.http(),
                                parts.clock.millis()));
            }
        } catch (StorageException e) {
            LOG.atWarn()
                    .addKeyValue("destination", key.last())
                    .addKeyValue("reason", e.getMessage())
                    .log("rules.destination.not-noted: it is given up with the next start");
        } finally {
            changing.unlock();
        }
    }

    private @Nullable DestinationRecord outstanding(Key key, String token) {
        DestinationRecord present = all.get(key);
        Http http = present == null ? null : present.http();
        boolean waits =
                present != null
                        && http != null
                        && present.status() == Status.IN_PROGRESS
                        && http.token().equals(token);
        return waits ? present : null;
    }

    private void store(DestinationRecord destination) {
        changing.lock();
        try {
            parts.database.update(
                    transaction -> DESTINATIONS.put(transaction, destination.key(), destination));
            remember(destination);
        } finally {
            changing.unlock();
        }
    }

    /// Takes the place of what was known of it, at no moment of which it is not there: deliveries
    /// ask without a lock.
    private void remember(DestinationRecord destination) {
        Key key = destination.key();
        DestinationRecord old = all.put(key, destination);
        Http http = destination.http();
        if (http == null) {
            return;
        }
        Http before = old == null ? null : old.http();
        if (before != null && !before.token().equals(http.token())) {
            tokens.remove(before.token());
        }
        tokens.put(http.token(), key);
        byReceiver.merge(
                receiver(destination),
                List.of(destination),
                (present, added) ->
                        Stream.concat(
                                        present.stream().filter(d -> !d.key().equals(key)),
                                        added.stream())
                                .toList());
    }

    private void forget(Key key) {
        DestinationRecord old = all.remove(key);
        Http http = old == null ? null : old.http();
        if (old != null && http != null) {
            tokens.remove(http.token());
            byReceiver.computeIfPresent(
                    receiver(old),
                    (_, present) -> {
                        List<DestinationRecord> others =
                                present.stream().filter(d -> !d.key().equals(key)).toList();
                        return others.isEmpty() ? null : others;
                    });
        }
    }

    private static String confirmationUrl(DestinationRecord destination) {
        Http http = destination.http();
        return http == null ? "" : http.confirmationUrl();
    }

    private static Key receiver(DestinationRecord destination) {
        return receiver(destination.account(), destination.region(), confirmationUrl(destination));
    }

    private static Key receiver(String account, String region, String url) {
        return Key.of(account, region, Urls.receiver(url));
    }

    /// Deletes everything; for the test mode.
    void reset() {
        changing.lock();
        try {
            for (Key key : List.copyOf(all.keySet())) {
                parts.database.update(transaction -> DESTINATIONS.delete(transaction, key));
                forget(key);
            }
        } finally {
            changing.unlock();
        }
    }

    /// Asks nobody any more; the next start goes on.
    @Override
    public void close() {
        closed = true;
    }
}
