package io.homeport.server;

import io.homeport.core.Clock;
import io.homeport.storage.Settings.Durability;
import io.homeport.targets.StandInLimits;
import io.homeport.targets.TargetsService;

/// How the services around AWS IoT are reached.
final class TargetsWiring {
    private TargetsWiring() {}

    static TargetsService targets(Settings settings, Clock clock) {
        return new TargetsService(
                new TargetsService.Ports(
                        clock,
                        settings.dataDir().resolve("stand-ins"),
                        settings.durability() == Durability.FSYNC),
                settings.targets(),
                StandInLimits.STANDARD);
    }
}
