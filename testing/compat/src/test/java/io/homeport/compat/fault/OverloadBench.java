package io.homeport.compat.fault;

import io.homeport.compat.ServerProcess;
import io.homeport.compat.Tls;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.CertificateStatus;
import software.amazon.awssdk.services.iot.model.CreateKeysAndCertificateResponse;

/// How much each attack slows down well-behaved clients on other connections: they are watched in
/// turns without and with it. The first two scenarios don't touch the server; what they show is the
/// machine's share.
final class OverloadBench {
    private static final String ALLOW_ALL =
            """
            {"Version": "2012-10-17",
             "Statement": [{"Effect": "Allow", "Action": "iot:*", "Resource": "*"}]}
            """;

    /// For how many times a round's time the attack goes on before it is measured.
    private static final int WARMING = 5;

    private final Path directory;
    private final int rounds;
    private final long millis;

    OverloadBench(Path directory, int rounds, long millis) {
        this.directory = directory;
        this.rounds = rounds;
        this.millis = millis;
    }

    /// What a scenario did to others.
    ///
    /// @param ratio median of the rounds' ratios of the 99th percentiles
    record Effect(
            Scenario scenario,
            double quietP50,
            double quietP99,
            double p50,
            double p99,
            double ratio,
            double worst,
            long lost,
            long residentMib,
            Map<String, Long> counters) {
        String line() {
            return "%-20s %6.2f %6.2f  %6.2f %6.2f %8.1f  %5.2f %5d %5d  %s%n    %s"
                    .formatted(
                            scenario,
                            quietP50,
                            quietP99,
                            p50,
                            p99,
                            worst,
                            ratio,
                            lost,
                            residentMib,
                            counters,
                            scenario.what);
        }
    }

    static String heading() {
        return """
        %d processors. Milliseconds without and with the attack (medians of the rounds), the longest
        of all, the ratio of the p99s, messages lost, MiB resident, counters that moved.
        %-20s %6s %6s  %6s %6s %8s  %5s %5s %5s\
        """
                .formatted(
                        Runtime.getRuntime().availableProcessors(),
                        "scenario",
                        "p50",
                        "p99",
                        "p50",
                        "p99",
                        "longest",
                        "ratio",
                        "lost",
                        "MiB");
    }

    Effect measure(Scenario scenario) throws Exception {
        Path home = Files.createDirectories(directory.resolve(scenario.name()));
        try (ServerProcess server =
                ServerProcess.startByScript(
                        home, "--mqtt-port", "0", "--anonymous", "--any-credentials")) {
            AttackTarget target = target(server, home);
            try (AttackProcess attack =
                            AttackProcess.start(scenario, target, home.resolve("attack.log"));
                    Bystanders bystanders =
                            new Bystanders(
                                    target.mqtt(),
                                    target.mqtts(),
                                    SslContextBuilder.forClient()
                                            .keyManager(
                                                    Tls.keys(
                                                            target.certificate(),
                                                            AttackTarget.key(target.certificate())))
                                            .trustManager(Tls.trust(target.ca()))
                                            .build())) {
                return rounds(scenario, server, attack, bystanders);
            }
        }
    }

    private Effect rounds(
            Scenario scenario, ServerProcess server, AttackProcess attack, Bystanders bystanders)
            throws Exception {
        // Code is compiled, for both ways of life: what an attack runs through nothing else does.
        bystanders.watch(millis);
        attack.begin();
        bystanders.watch(WARMING * millis);
        attack.pause();
        List<Bystanders.Seen> without = new ArrayList<>();
        List<Bystanders.Seen> with = new ArrayList<>();
        List<Double> ratios = new ArrayList<>();
        Map<String, Long> before = counters(server);
        for (int i = 0; i < rounds; i++) {
            bystanders.watch(millis / 4);
            Bystanders.Seen quiet = bystanders.watch(millis);
            attack.begin();
            bystanders.watch(millis / 4);
            Bystanders.Seen attacked = bystanders.watch(millis);
            attack.pause();
            without.add(quiet);
            with.add(attacked);
            ratios.add(attacked.p99Millis() / quiet.p99Millis());
        }
        return new Effect(
                scenario,
                median(without.stream().map(Bystanders.Seen::p50Millis).toList()),
                median(without.stream().map(Bystanders.Seen::p99Millis).toList()),
                median(with.stream().map(Bystanders.Seen::p50Millis).toList()),
                median(with.stream().map(Bystanders.Seen::p99Millis).toList()),
                median(ratios),
                with.stream().mapToDouble(Bystanders.Seen::worstMillis).max().orElseThrow(),
                with.stream().mapToLong(Bystanders.Seen::lost).sum(),
                server.residentBytes() >> 20,
                moved(before, counters(server)));
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    /// What bystanders move too doesn't count, but for what is far beyond what they do.
    private static Map<String, Long> moved(Map<String, Long> before, Map<String, Long> after) {
        Map<String, Long> moved = new TreeMap<>();
        after.forEach((name, value) -> {
            long more = value - before.getOrDefault(name, 0L);
            boolean everybodys =
                    name.matches(
                            "mqtt_(received|sent)_.*|broker_(publishes|deliveries)|"
                                    + "http_requests|connections_opened");
            if (more != 0 && !everybodys) {
                moved.put(name, more);
            }
        });
        return moved;
    }

    private static Map<String, Long> counters(ServerProcess server) throws Exception {
        Map<String, Long> counters = new TreeMap<>();
        server.get("/metrics")
                .body()
                .lines()
                .filter(line -> line.matches("homeport_\\w+_total .*"))
                .forEach(line -> {
                    String[] parts = line.split(" ");
                    String name = parts[0];
                    counters.put(
                            name.substring("homeport_".length(), name.length() - "_total".length()),
                            (long) Double.parseDouble(parts[1]));
                });
        return counters;
    }

    /// Makes certificates, one of them revoked.
    static AttackTarget target(ServerProcess server, Path home) throws IOException {
        try (IotClient iot = server.iot()) {
            iot.createPolicy(r -> r.policyName("all").policyDocument(ALLOW_ALL));
            Path certificate = certificate(iot, home, "device");
            Path revoked = certificate(iot, home, "revoked");
            return new AttackTarget(
                    server.port("mqttPort"),
                    server.port("mqttsPort"),
                    server.port("httpsPort"),
                    server.port("apiPort"),
                    server.caFile(),
                    certificate,
                    revoked);
        }
    }

    private static Path certificate(IotClient iot, Path home, String name) throws IOException {
        CreateKeysAndCertificateResponse made =
                iot.createKeysAndCertificate(r -> r.setAsActive(true));
        iot.attachPolicy(r -> r.policyName("all").target(made.certificateArn()));
        if (name.equals("revoked")) {
            iot.updateCertificate(r ->
                    r.certificateId(made.certificateId()).newStatus(CertificateStatus.REVOKED));
        }
        Path pem = home.resolve(name + ".pem");
        Files.writeString(pem, made.certificatePem());
        Files.writeString(AttackTarget.key(pem), made.keyPair().privateKey());
        return pem;
    }
}
