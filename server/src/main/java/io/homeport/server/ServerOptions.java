package io.homeport.server;

import io.homeport.core.AccountId;
import io.homeport.core.Profile;
import io.homeport.core.targets.TargetService;
import io.homeport.storage.Settings.Durability;
import io.homeport.targets.TargetSettings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Every setting of the server. Each is a flag, an environment variable (`--api-port` is
/// `HOMEPORT_API_PORT`) and a key of the config file (`api-port`), in that order of precedence.
///
/// Filled by picocli, then turned into {@link Settings}.
final class ServerOptions {
    @Option(
            names = "--config",
            paramLabel = "FILE",
            description =
                    "Config file: lines of 'key = value', the keys are the flags without dashes.")
    @Nullable Path config;

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            defaultValue = "data",
            description = "Where all state, keys and certificates live (default: ./data).")
    Path dataDir = Path.of("data");

    @Option(
            names = "--bind-address",
            paramLabel = "ADDRESS",
            defaultValue = "0.0.0.0",
            description = "Address of the TLS listeners (default: ${DEFAULT-VALUE}).")
    String bindAddress = "0.0.0.0";

    @Option(
            names = "--api-bind-address",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            description = {
                "Address of the AWS API's port (default: ${DEFAULT-VALUE}).",
                "Beyond loopback it speaks TLS."
            })
    String apiBindAddress = "127.0.0.1";

    @Option(
            names = "--host-name",
            paramLabel = "NAME",
            split = ",",
            description = {
                "Names and addresses by which clients reach this machine, for the server"
                        + " certificate; the first is what DescribeEndpoint answers (default:"
                        + " localhost)."
            })
    List<String> hostNames = new ArrayList<>();

    @Option(
            names = "--api-port",
            paramLabel = "PORT",
            defaultValue = "4566",
            description = "AWS API over HTTP (default: ${DEFAULT-VALUE}; 0 takes a free port).")
    int apiPort = 4566;

    @Option(
            names = "--mqtts-port",
            paramLabel = "PORT",
            defaultValue = "8883",
            description = "MQTT over mutual TLS (default: ${DEFAULT-VALUE}; 0 takes a free port).")
    int mqttsPort = 8883;

    @Option(
            names = "--https-port",
            paramLabel = "PORT",
            defaultValue = "8443",
            description = {
                "HTTPS, WebSocket and ALPN (default: ${DEFAULT-VALUE}; 0 takes a free port)."
            })
    int httpsPort = 8443;

    @Option(
            names = "--mqtt-port",
            paramLabel = "PORT",
            description = "Plain MQTT on loopback; needs --anonymous (default: off).")
    @Nullable Integer mqttPort;

    @Option(
            names = "--anonymous",
            description = "Plain MQTT clients need no identity and no policy. Loopback only.")
    boolean anonymous;

    @Option(
            names = "--profile",
            paramLabel = "open|aws",
            defaultValue = "open",
            description = {
                "open: the MQTT specifications in full. aws: AWS IoT's limits, deviations and"
                        + " reason codes (default: ${DEFAULT-VALUE})."
            })
    Profile profile = Profile.OPEN;

    @Option(
            names = "--account-id",
            paramLabel = "DIGITS",
            defaultValue = "000000000000",
            description = "The AWS account of this server (default: ${DEFAULT-VALUE}).")
    String accountId = AccountId.DEFAULT.value();

    @Option(
            names = "--region",
            paramLabel = "REGION",
            defaultValue = "us-east-1",
            description = "The AWS region of this server (default: ${DEFAULT-VALUE}).")
    String region = "us-east-1";

    @Option(
            names = "--any-credentials",
            description = {
                "API calls from this machine are the administrator's, whatever their access key"
                        + " and signature."
            })
    boolean anyCredentials;

    @Option(
            names = "--test-mode",
            description = {
                "POST /_homeport/reset wipes all state;",
                "POST /_homeport/clock {\"advance\":\"PT1H\"} moves time forward;",
                "POST /_homeport/disk {\"syncDelay\":\"PT0.5S\"} makes the disk slow."
            })
    boolean testMode;

    @Option(
            names = "--durability",
            paramLabel = "fsync|relaxed",
            defaultValue = "fsync",
            description = {
                "fsync: what is acknowledged survives a power cut. relaxed: survives a crash of"
                        + " the process, and a power cut loses the last moments (default:"
                        + " ${DEFAULT-VALUE})."
            })
    Durability durability = Durability.FSYNC;

    @Option(
            names = "--max-connections",
            paramLabel = "N",
            defaultValue = "100000",
            description = "Connections beyond are closed at once (default: ${DEFAULT-VALUE}).")
    int maxConnections = 100_000;

    @Option(
            names = "--event-loops",
            paramLabel = "N",
            defaultValue = "0",
            description = {
                "Threads that serve connections, and as many more for TLS handshakes (default: 0,"
                        + " half the processors and at least one: the system's network code takes"
                        + " the rest)."
            })
    int eventLoops;

    @Option(
            names = "--aws-endpoint",
            paramLabel = "SERVICE=URL",
            split = ",",
            description = {
                "Where rules' actions reach a service of AWS: sqs=http://127.0.0.1:9324, s3=aws for"
                        + " AWS itself, all=URL for all that aren't named. A service without one has"
                        + " a stand-in that keeps what arrives below DIR/stand-ins."
            })
    List<String> awsEndpoints = new ArrayList<>();

    @Option(
            names = "--aws-credentials",
            paramLabel = "ID:SECRET",
            description = {
                "Access key for --aws-endpoint, with :TOKEN where it has one (default: what the AWS"
                        + " SDK finds in environment, ~/.aws and the machine's role)."
            })
    @Nullable String awsCredentials;

    @Option(
            names = "--smtp-url",
            paramLabel = "URL",
            description = {
                "Server that takes the e-mail of SNS's stand-in, such as smtp://user:password@host"
                        + " (default: none)."
            })
    @Nullable String smtpUrl;

    @Option(
            names = "--smtp-from",
            paramLabel = "ADDRESS",
            defaultValue = "homeport@localhost",
            description = "Sender of that e-mail (default: ${DEFAULT-VALUE}).")
    String smtpFrom = "homeport@localhost";

    @Option(
            names = "--log-level",
            paramLabel = "LEVEL",
            defaultValue = "info",
            description = "error, warn, info, debug or trace (default: ${DEFAULT-VALUE}).")
    LogLevel logLevel = LogLevel.INFO;

    @Option(
            names = "--log-format",
            paramLabel = "text|json",
            defaultValue = "text",
            description = "Log lines for people or for machines (default: ${DEFAULT-VALUE}).")
    LogFormat logFormat = LogFormat.TEXT;

    enum LogLevel {
        ERROR,
        WARN,
        INFO,
        DEBUG,
        TRACE
    }

    enum LogFormat {
        TEXT,
        JSON
    }

    /// The settings, checked together.
    ///
    /// @throws Failures.UserFault naming every problem at once
    Settings settings() {
        List<String> problems = new ArrayList<>();
        checkPort("api-port", apiPort, problems);
        checkPort("mqtts-port", mqttsPort, problems);
        checkPort("https-port", httpsPort, problems);
        if (mqttPort != null) {
            checkPort("mqtt-port", mqttPort, problems);
        }
        if (!accountId.matches("[0-9]{12}")) {
            problems.add("account-id has to be 12 digits, not '" + accountId + "'");
        }
        if (!region.matches("[a-z]{2}(-[a-z]+)+-[0-9]")) {
            problems.add("region has to look like us-east-1, not '" + region + "'");
        }
        if (mqttPort != null && !anonymous) {
            problems.add(
                    "mqtt-port opens plain MQTT, which can't prove who a client is: add --anonymous"
                            + " if every client on this machine may do everything");
        }
        if (anonymous && mqttPort == null) {
            problems.add("anonymous concerns plain MQTT only: add --mqtt-port 1883");
        }
        checkAddress("bind-address", bindAddress, problems);
        boolean apiOnLoopback = checkAddress("api-bind-address", apiBindAddress, problems);
        if (anyCredentials && !apiOnLoopback) {
            problems.add("any-credentials is for loopback only, not for " + apiBindAddress);
        }
        if (testMode && !apiOnLoopback) {
            problems.add("test-mode is for loopback only, not for " + apiBindAddress);
        }
        if (maxConnections < 1) {
            problems.add("max-connections has to be at least 1");
        }
        if (eventLoops < 0 || eventLoops > 1024) {
            problems.add("event-loops has to be 0 to 1024, not " + eventLoops);
        }
        TargetSettings targets = targets(problems);
        if (!problems.isEmpty()) {
            throw new Failures.UserFault(String.join("\n  ", problems));
        }
        return new Settings(
                dataDir.toAbsolutePath().normalize(),
                bindAddress,
                apiBindAddress,
                hostNames,
                apiPort,
                mqttsPort,
                httpsPort,
                mqttPort == null ? -1 : mqttPort,
                anonymous,
                profile,
                new AccountId(accountId),
                region,
                anyCredentials,
                testMode,
                durability,
                maxConnections,
                eventLoops,
                targets);
    }

    private TargetSettings targets(List<String> problems) {
        Map<TargetService, TargetSettings.Endpoint> endpoints =
                read("aws-endpoint", awsEndpoints, problems, TargetSettings::endpoints);
        TargetSettings.Keys keys =
                read("aws-credentials", awsCredentials, problems, TargetSettings::keys);
        TargetSettings.Mail mail =
                read("smtp-url", smtpUrl, problems, url -> TargetSettings.mail(url, smtpFrom));
        return new TargetSettings(endpoints == null ? Map.of() : endpoints, keys, mail);
    }

    /// Null where the option isn't given, or is wrong, which is added to the problems.
    private static <T, R> @Nullable R read(
            String option, @Nullable T given, List<String> problems, Function<T, R> reader) {
        try {
            return given == null ? null : reader.apply(given);
        } catch (IllegalArgumentException e) {
            problems.add(option + " " + e.getMessage());
            return null;
        }
    }

    /// @throws Failures.UserFault where nothing could run that long
    static void checkSeconds(long seconds) {
        if (seconds < 0) {
            throw new Failures.UserFault("seconds has to be 0 or more, not " + seconds);
        }
    }

    private static void checkPort(String name, int port, List<String> problems) {
        if (port < 0 || port > 65_535) {
            problems.add(name + " has to be 0 to 65535, not " + port);
        }
    }

    /// Whether the address is loopback.
    private static boolean checkAddress(String name, String address, List<String> problems) {
        try {
            return InetAddress.getByName(address).isLoopbackAddress();
        } catch (UnknownHostException e) {
            problems.add(name + " is no address of this machine: '" + address + "'");
            return true;
        }
    }
}
