package io.homeport.registry;

import io.homeport.aws.Caller;
import io.homeport.aws.PageTokens;
import io.homeport.core.Clock;
import io.homeport.core.Message;
import io.homeport.core.MessageBus;
import io.homeport.storage.Database;
import io.homeport.storage.Key;
import io.homeport.storage.Transaction;
import io.homeport.storage.View;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What all operations of the registry stand on. Thread-safe.
final class Registry {
    private static final Logger LOG = LoggerFactory.getLogger(Registry.class);

    final Tables tables = new Tables();
    final Database database;
    final Clock clock;
    final RegistryLimits limits;
    final Paging paging;
    private final RandomGenerator random;
    private final MessageBus bus;
    private final Runnable rightsChanged;

    Registry(
            Database database,
            Clock clock,
            RandomGenerator random,
            RegistryLimits limits,
            PageTokens tokens,
            MessageBus bus,
            Runnable rightsChanged) {
        this.database = database;
        this.clock = clock;
        this.random = random;
        this.limits = limits;
        this.paging = new Paging(tokens);
        this.bus = bus;
        this.rightsChanged = rightsChanged;
    }

    static Key key(Caller caller, String... parts) {
        return Key.of(caller.account().value(), caller.region()).then(parts);
    }

    <T> T read(Function<View, T> work) {
        return database.read(work);
    }

    /// Runs the work in one transaction; once that is durable, tells the world what it changed.
    <T> T write(Caller caller, BiFunction<Transaction, Changes, T> work) {
        Outcome<T> outcome =
                database.write(transaction -> {
                    Changes changes = new Changes(this, transaction, caller);
                    return new Outcome<>(work.apply(transaction, changes), changes);
                });
        if (outcome.changes.haveRightsChanged()) {
            rightsChanged.run();
        }
        for (Message message : outcome.changes.messages()) {
            bus.publish(message).whenComplete((done, failure) -> report(message, failure));
        }
        return outcome.result;
    }

    /// A random UUID (version 4).
    String newId() {
        long high = (random.nextLong() & 0xFFFF_FFFF_FFFF_0FFFL) | 0x4000L;
        long low = (random.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
        return new UUID(high, low).toString();
    }

    void reset() {
        tables.wipe(database);
        rightsChanged.run();
    }

    private static void report(Message message, @Nullable Throwable failure) {
        if (failure != null) {
            LOG.atWarn()
                    .setCause(failure)
                    .addKeyValue("topic", message.topic())
                    .log("registry.event.lost: the change is stored, its event was not delivered");
        }
    }

    private record Outcome<T>(T result, Changes changes) {}
}
