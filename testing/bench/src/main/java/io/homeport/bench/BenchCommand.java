package io.homeport.bench;

import io.homeport.core.Json;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `homeport bench`: load on any MQTT broker. Exit code 0 where the broker kept its promises, 1
/// where it didn't or couldn't be reached, 2 for wrong options.
@Command(
        name = BenchCommand.NAME,
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Put load on any MQTT broker, check that nothing is lost, duplicated or out of order, and"
                    + " measure throughput, latency, and (with --pid) the broker's CPU time and"
                    + " memory.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  homeport bench p2p --port 1883 --pairs 50 --qos 1",
            "  homeport bench fan-in --publishers 100 --pid $(pidof mosquitto)",
            "  homeport bench fan-out --subscribers 100 --payload 1024 --duration 30",
            "  homeport bench rate --rate 5000 --qos 1 --json rate.json",
            "  homeport bench connect --connections 10000 --tls --port 8883 \\",
            "      --cafile data/ca/ca.pem --cert lamp.pem --key lamp.key",
            "  homeport bench connect --connections 10000 --concurrency 10000 --reconnect",
            "  homeport bench idle --connections 10000 --duration 60 --pid 1234",
            "",
            "Exit code 0: the broker kept its promises. 1: acknowledged messages were lost,",
            "order was broken, QoS 2 came twice, or connections failed. 2: wrong options.",
            "QoS 0 messages that are lost are counted, and are no failure."
        })
public final class BenchCommand implements Callable<Integer> {
    /// The word on the command line.
    public static final String NAME = "bench";

    private static final int CAP_PER_SUBSCRIBER = 1000;

    /// Fewer make small writes, and what is measured then is system calls.
    private static final int CAP_AT_QOS_0 = 100;

    private static final int HIGHEST_PORT = 65_535;
    private static final int LARGEST_PAYLOAD = 16 << 20;
    private static final int MOST_CONNECTIONS = 1_000_000;

    @Parameters(
            paramLabel = "MODE",
            arity = "1",
            converter = BenchMode.Converter.class,
            description = {
                "p2p      N publishers, each with its own subscriber, as fast as they go",
                "fan-in   N publishers to one subscriber",
                "fan-out  one publisher to N subscribers",
                "rate     N pairs at a fixed rate: latency",
                "connect  N connections as fast as they come",
                "idle     N connections that are held: memory per connection"
            })
    BenchMode mode = BenchMode.P2P;

    @Option(
            names = "--host",
            paramLabel = "HOST",
            defaultValue = "localhost",
            description = "The broker (default: ${DEFAULT-VALUE}).")
    String host = "localhost";

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "Its port (default: 1883, with --tls 8883).")
    @Nullable Integer port;

    @Option(
            names = "--mqtt",
            paramLabel = "3|5",
            defaultValue = "5",
            description = "MQTT 3.1.1 or 5.0 (default: ${DEFAULT-VALUE}).")
    int mqtt = 5;

    @Option(
            names = "--qos",
            paramLabel = "0|1|2",
            defaultValue = "0",
            description = "Quality of service both ways (default: ${DEFAULT-VALUE}).")
    int qos;

    @Option(
            names = "--payload",
            paramLabel = "BYTES",
            defaultValue = "128",
            description = "Bytes of each message, from 24 on (default: ${DEFAULT-VALUE}).")
    int payload = 128;

    @Option(
            names = "--duration",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "Measured time (default: ${DEFAULT-VALUE}).")
    double duration = 10;

    @Option(
            names = "--warmup",
            paramLabel = "SECONDS",
            defaultValue = "3",
            description = "Load before that (default: ${DEFAULT-VALUE}).")
    double warmup = 3;

    @Option(
            names = "--drain",
            paramLabel = "SECONDS",
            defaultValue = "3",
            description = {
                "At the end, how long nothing may arrive before the rest is taken for lost"
                        + " (default: ${DEFAULT-VALUE})."
            })
    double drain = 3;

    @Option(
            names = "--pairs",
            paramLabel = "N",
            defaultValue = "50",
            description = "Pairs in p2p and rate (default: ${DEFAULT-VALUE}).")
    int pairs = 50;

    @Option(
            names = "--publishers",
            paramLabel = "N",
            description = "Publishers in fan-in (default: 100) and fan-out (default: 1).")
    @Nullable Integer publishers;

    @Option(
            names = "--subscribers",
            paramLabel = "N",
            description = "Subscribers in fan-out (default: 100) and fan-in (default: 1).")
    @Nullable Integer subscribers;

    @Option(
            names = "--connections",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Connections in connect and idle (default: ${DEFAULT-VALUE}).")
    int connections = 1000;

    @Option(
            names = "--rate",
            paramLabel = "N",
            defaultValue = "5000",
            description =
                    "Messages per second of all pairs together in rate (default: ${DEFAULT-VALUE}).")
    int rate = 5000;

    @Option(
            names = "--inflight",
            paramLabel = "N",
            defaultValue = "100",
            description = {
                "Unacknowledged messages per publisher at QoS 1 and 2, or what the broker allows"
                        + " if that is less (default: ${DEFAULT-VALUE})."
            })
    int inflight = 100;

    @Option(
            names = {"--window", "--outstanding"},
            paramLabel = "N",
            description = {
                "How many messages of a publisher its slowest subscriber may be behind before it"
                        + " waits, except in rate (default: 1000 shared by a subscriber's"
                        + " publishers, at QoS 0 no less than 100 each). Small values make small"
                        + " batches: more system calls per message, for broker and generator."
            })
    @Nullable Integer outstanding;

    @Option(
            names = "--concurrency",
            paramLabel = "N",
            defaultValue = "200",
            description = "Connections that are opened at a time (default: ${DEFAULT-VALUE}).")
    int concurrency = 200;

    @Option(
            names = "--keep-alive",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "Keep alive of each connection, 0 for none (default: ${DEFAULT-VALUE}).")
    int keepAlive = 60;

    @Option(
            names = "--persistent",
            description = {
                "Subscribers have sessions that outlive their connections, so that a broker has to"
                        + " keep what it acknowledges at QoS 1 and 2. They are ended with the run."
                        + " MQTT 5 only."
            })
    boolean persistent;

    @Option(
            names = "--no-delay",
            paramLabel = "true|false",
            defaultValue = "true",
            arity = "1",
            description = "TCP_NODELAY (default: ${DEFAULT-VALUE}).")
    boolean noDelay = true;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "0",
            description = "Event loops of the generator (default: half of the cores).")
    int threads;

    @Option(
            names = "--client-id",
            paramLabel = "PATTERN",
            defaultValue = "b{run}-{n}",
            description = {
                "Client ids; {n} is the connection's number from 0, publishers first; {run} a"
                        + " number of this run (default: ${DEFAULT-VALUE})."
            })
    String clientId = "b{run}-{n}";

    @Option(
            names = "--topic-prefix",
            paramLabel = "TOPIC",
            defaultValue = "bench",
            description = "Topics are TOPIC/RUN/NUMBER (default: ${DEFAULT-VALUE}).")
    String topicPrefix = "bench";

    @Option(
            names = {"--username"},
            paramLabel = "NAME",
            description = "User name.")
    @Nullable String userName;

    @Option(names = "--password", paramLabel = "WORD", description = "Password.")
    @Nullable String password;

    @Option(names = "--tls", description = "TLS 1.2 or 1.3.")
    boolean tls;

    @Option(
            names = "--cafile",
            paramLabel = "FILE",
            description = "Authorities to trust, PEM (default: those of the JDK).")
    @Nullable Path caFile;

    @Option(
            names = "--cert",
            paramLabel = "FILE",
            description = "Client certificate, PEM; {n} in its name is the connection's number.")
    @Nullable String certificate;

    @Option(names = "--key", paramLabel = "FILE", description = "Its key, PEM, likewise.")
    @Nullable String key;

    @Option(names = "--insecure", description = "Take any server certificate.")
    boolean insecure;

    @Option(
            names = "--alpn",
            paramLabel = "PROTOCOL",
            description = "ALPN, for example x-amzn-mqtt-ca on ports 443 and 8443.")
    @Nullable String alpn;

    @Option(names = "--resume", description = "Resume TLS sessions where the broker does.")
    boolean resume;

    @Option(
            names = "--reconnect",
            description = {
                "In connect: make all connections, 200 at a time, break all of them at once, and"
                        + " measure how they come back. With --resume each has a TLS session of its"
                        + " own to resume."
            })
    boolean reconnect;

    @Option(
            names = "--pid",
            paramLabel = "PID",
            description = "The broker's process on this machine: its CPU time and memory.")
    long pid;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the report as JSON, too.")
    @Nullable Path json;

    @Spec CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        BenchSettings settings = settings();
        InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
        PrintWriter out = spec.commandLine().getOut();
        try (LoadRun run = new LoadRun(settings, new Progress(out))) {
            BenchReport report = run.run();
            ReportTable.print(report, out);
            write(report);
            return report.passed() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
        } catch (BenchFailure failure) {
            PrintWriter errors = spec.commandLine().getErr();
            errors.println("homeport bench: " + failure.getMessage());
            if (!failure.advice().isEmpty()) {
                errors.println("  " + failure.advice());
            }
            errors.flush();
            return CommandLine.ExitCode.SOFTWARE;
        }
    }

    private void write(BenchReport report) {
        Path file = json;
        if (file == null) {
            return;
        }
        try {
            Files.writeString(
                    file,
                    Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(report) + "\n");
        } catch (IOException e) {
            throw new BenchFailure("the report can't be written: " + e, "Check --json.", e);
        }
    }

    /// The settings, checked together.
    ///
    /// @throws CommandLine.ParameterException naming every problem at once
    BenchSettings settings() {
        int brokerPort = port != null ? port : tls ? 8883 : 1883;
        int senders = senders();
        int receivers = receivers();
        int cap = outstanding != null ? outstanding : defaultOutstanding(senders);
        List<String> problems = new ArrayList<>();
        within("port", brokerPort, 1, HIGHEST_PORT, problems);
        within("the number of publishers", senders, 1, MOST_CONNECTIONS, problems);
        int fewest = mode.sends() ? 1 : 0;
        within("the number of subscribers", receivers, fewest, MOST_CONNECTIONS, problems);
        within("window", cap, 1, 10_000_000, problems);
        checkNumbers(problems);
        checkWords(problems);
        if (!problems.isEmpty()) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), String.join("\n", problems));
        }
        int cores = Runtime.getRuntime().availableProcessors();
        return new BenchSettings(
                mode,
                host,
                brokerPort,
                tls ? new TlsSettings(caFile, certificate, key, insecure, alpn, resume) : null,
                userName,
                password,
                clientId,
                topicPrefix,
                mqtt == 5 ? MqttVersion.MQTT_5 : MqttVersion.MQTT_3_1_1,
                Qos.values()[qos],
                payload,
                seconds(warmup),
                seconds(duration),
                seconds(drain),
                senders,
                receivers,
                inflight,
                cap,
                mode == BenchMode.RATE ? rate : 0,
                threads > 0 ? threads : Math.max(1, cores / 2),
                concurrency,
                noDelay,
                keepAlive,
                persistent,
                reconnect,
                pid);
    }

    private int defaultOutstanding(int senders) {
        int share = CAP_PER_SUBSCRIBER / (mode.paired() ? 1 : Math.max(1, senders));
        return Math.max(qos == 0 ? CAP_AT_QOS_0 : 1, share);
    }

    private void checkNumbers(List<String> problems) {
        within("qos", qos, 0, 2, problems);
        within("payload", payload, MessageStamp.BYTES, LARGEST_PAYLOAD, problems);
        within("inflight", inflight, 1, PublishTemplate.PACKET_IDS, problems);
        within("keep-alive", keepAlive, 0, 65_535, problems);
        within("rate", rate, 1, 10_000_000, problems);
        within("threads", threads, 0, 256, problems);
        within("concurrency", concurrency, 1, 100_000, problems);
        within("duration", duration, 0.1, 604_800, problems);
        within("warmup", warmup, 0, 86_400, problems);
        within("drain", drain, 0.1, 60, problems);
        if (mqtt != 3 && mqtt != 5) {
            problems.add("--mqtt is 3 (for 3.1.1) or 5, not " + mqtt);
        }
        if (persistent && mqtt != 5) {
            problems.add("--persistent needs --mqtt 5: sessions of 3.1.1 can't be told to end");
        }
    }

    private void checkWords(List<String> problems) {
        if (json != null) {
            Path folder = json.toAbsolutePath().getParent();
            if (Files.isDirectory(json) || folder == null || !Files.isWritable(folder)) {
                problems.add("--json can't be written: " + json);
            }
        }
        boolean secured =
                caFile != null
                        || certificate != null
                        || key != null
                        || insecure
                        || alpn != null
                        || resume;
        if (!tls && secured) {
            problems.add("--cafile, --cert, --key, --insecure, --alpn and --resume need --tls");
        }
        if (reconnect && mode != BenchMode.CONNECT) {
            problems.add("--reconnect is for connect");
        }
        if ((certificate == null) != (key == null)) {
            problems.add("--cert and --key go together");
        }
        if (password != null && userName == null && mqtt == 3) {
            problems.add("--password needs --username in MQTT 3.1.1");
        }
        if (senders() + receivers() > 1 && !clientId.contains("{n}")) {
            problems.add(
                    "--client-id needs {n}: a broker ends the older connection of a client id");
        }
        if (topicPrefix.isEmpty() || topicPrefix.contains("+") || topicPrefix.contains("#")) {
            problems.add("--topic-prefix is a topic without wildcards");
        }
    }

    private int senders() {
        return switch (mode) {
            case P2P, RATE -> pairs;
            case FAN_IN -> publishers == null ? 100 : publishers;
            case FAN_OUT -> publishers == null ? 1 : publishers;
            case CONNECT, IDLE -> connections;
        };
    }

    private int receivers() {
        return switch (mode) {
            case P2P, RATE -> pairs;
            case FAN_IN -> subscribers == null ? 1 : subscribers;
            case FAN_OUT -> subscribers == null ? 100 : subscribers;
            case CONNECT, IDLE -> 0;
        };
    }

    private static void within(
            String name, double value, double least, double most, List<String> problems) {
        if (!(value >= least && value <= most)) {
            problems.add(
                    "%s is %s to %s, not %s"
                            .formatted(
                                    name.startsWith("the ") ? name : "--" + name,
                                    number(least),
                                    number(most),
                                    number(value)));
        }
    }

    private static String number(double value) {
        return value == Math.rint(value) ? String.valueOf((long) value) : String.valueOf(value);
    }

    private static Duration seconds(double seconds) {
        return Duration.ofNanos((long) (seconds * 1e9));
    }
}
