package io.homeport.server;

import io.homeport.core.AccountId;
import io.homeport.core.Profile;
import io.homeport.storage.Settings.Durability;
import io.homeport.targets.TargetSettings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;

/// The server's settings, checked. Immutable. {@link ServerOptions} says what each means.
///
/// @param mqttPort -1 for none
/// @param eventLoops 0 for as many as suit the processors
/// @param targets where the services around AWS IoT are
/// @param hostNames may be empty, which means localhost
public record Settings(
        Path dataDir,
        String bindAddress,
        String apiBindAddress,
        List<String> hostNames,
        int apiPort,
        int mqttsPort,
        int httpsPort,
        int mqttPort,
        boolean anonymous,
        Profile profile,
        AccountId account,
        String region,
        boolean anyCredentials,
        boolean testMode,
        Durability durability,
        int maxConnections,
        int eventLoops,
        TargetSettings targets) {

    public Settings {
        hostNames = List.copyOf(hostNames);
    }

    /// Free ports on loopback, everything else as by default: what tests start from.
    public static Settings forTests(Path dataDir) {
        return new Settings(
                dataDir,
                "127.0.0.1",
                "127.0.0.1",
                List.of(),
                0,
                0,
                0,
                0,
                true,
                Profile.OPEN,
                AccountId.DEFAULT,
                "us-east-1",
                false,
                true,
                Durability.FSYNC,
                10_000,
                0,
                TargetSettings.STAND_INS);
    }

    /// The same with AWS IoT's limits and deviations.
    public Settings withProfile(Profile other) {
        return with(other, anyCredentials, targets);
    }

    /// The same with any API credentials taken, or not.
    public Settings withAnyCredentials(boolean any) {
        return with(profile, any, targets);
    }

    /// The same with other services around it.
    public Settings withTargets(TargetSettings others) {
        return with(profile, anyCredentials, others);
    }

    private Settings with(Profile newProfile, boolean any, TargetSettings newTargets) {
        return new Settings(
                dataDir,
                bindAddress,
                apiBindAddress,
                hostNames,
                apiPort,
                mqttsPort,
                httpsPort,
                mqttPort,
                anonymous,
                newProfile,
                account,
                region,
                any,
                testMode,
                durability,
                maxConnections,
                eventLoops,
                newTargets);
    }

    /// Whether the API port can't be reached from other machines.
    boolean apiOnLoopback() {
        try {
            return InetAddress.getByName(apiBindAddress).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    /// What clients are told to connect to.
    String publicHost() {
        return hostNames.isEmpty() ? "localhost" : hostNames.getFirst();
    }
}
