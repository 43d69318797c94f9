package io.homeport.server;

import io.homeport.core.FunctionInvoker;
import io.homeport.core.MessageBus;
import io.homeport.core.SystemTimers;
import io.homeport.storage.Database;
import io.homeport.storage.Settings.Durability;
import io.homeport.targets.StandInLimits;
import io.homeport.targets.TargetsService;
import java.util.random.RandomGenerator;

/// How the services around AWS IoT are reached.
final class TargetsWiring {
    private TargetsWiring() {}

    static TargetsService targets(
            Settings settings,
            Database database,
            SystemTimers timers,
            RandomGenerator random,
            MessageBus bus,
            FunctionInvoker functions) {
        return new TargetsService(
                new TargetsService.Ports(
                        database,
                        timers,
                        timers,
                        random,
                        task -> Thread.ofVirtual().name("targets").start(task),
                        bus,
                        functions,
                        settings.dataDir().resolve("stand-ins"),
                        settings.durability() == Durability.FSYNC),
                settings.targets(),
                StandInLimits.STANDARD);
    }
}
