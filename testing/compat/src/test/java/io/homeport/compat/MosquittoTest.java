package io.homeport.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.iot.IotClient;
import software.amazon.awssdk.services.iot.model.CertificateStatus;

/// `mosquitto_pub` and `mosquitto_sub`, over mutual TLS and plain.
class MosquittoTest {
    private static TestServer server;
    private static TestServer.Device device;

    @BeforeAll
    static void start() {
        server = TestServer.start();
        device =
                server.device(
                        "narrow",
                        server.policy(
                                "iot:Publish", "topic/open/*",
                                "iot:RetainPublish", "topic/open/*",
                                "iot:Receive", "topic/open/*",
                                "iot:Subscribe", "topicfilter/open/*"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static List<String> secured(
            String program, TestServer.Device device, int port, String... arguments) {
        List<String> command = new ArrayList<>();
        command.addAll(
                List.of(
                        program,
                        "-h",
                        "localhost",
                        "-p",
                        String.valueOf(port),
                        "--cafile",
                        server.endpoints().caFile().toString(),
                        "--cert",
                        device.certificate().toString(),
                        "--key",
                        device.key().toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    private static List<String> secured(String program, String... arguments) {
        return secured(program, device, server.endpoints().mqttsPort(), arguments);
    }

    private static List<String> plain(String program, String... arguments) {
        List<String> command = new ArrayList<>();
        command.addAll(
                List.of(
                        program,
                        "-h",
                        "127.0.0.1",
                        "-p",
                        String.valueOf(server.endpoints().mqttPort())));
        command.addAll(List.of(arguments));
        return command;
    }

    private static void succeeds(List<String> command) throws Exception {
        Program.Result result = Program.run(Map.of(), command);
        assertThat(result.exitCode()).as(result.errors() + result.output()).isZero();
    }

    private static String fails(List<String> command) throws Exception {
        Program.Result result = Program.run(Map.of(), command);
        assertThat(result.exitCode()).as(result.output()).isNotZero();
        return result.errors() + result.output();
    }

    private static Console subscribed(List<String> command) throws Exception {
        List<String> verbose = new ArrayList<>(command);
        verbose.add("-d");
        Console console = Console.start(verbose);
        console.await("Subscribed (mid");
        return console;
    }

    private static String payload(Console console) throws InterruptedException {
        console.await("received PUBLISH");
        String line = console.line();
        while (line.startsWith("Client ")) {
            line = console.line();
        }
        return line;
    }

    @ParameterizedTest
    @ValueSource(strings = {"mqttv31", "mqttv311", "mqttv5"})
    void aMessageGoesFromDeviceToDeviceInEveryVersion(String version) throws Exception {
        if (version.equals("mqttv31")) {
            // MQTT 3.1 isn't one of AWS IoT's versions. [MQTT-3.1.2-2]
            assertThat(fails(secured("mosquitto_pub", "-V", version, "-t", "open/a", "-m", "x")))
                    .containsIgnoringCase("protocol version");
            return;
        }
        String topic = "open/" + version;
        try (Console subscriber =
                subscribed(secured("mosquitto_sub", "-V", version, "-q", "1", "-t", topic))) {
            succeeds(
                    secured("mosquitto_pub", "-V", version, "-q", "1", "-t", topic, "-m", "hello"));
            assertThat(payload(subscriber)).isEqualTo("hello");
        }
    }

    @Test
    void aSubscriptionThatNoPolicyAllowsIsRefused() throws Exception {
        Map<String, String> answers = Map.of("mqttv311", ": 128", "mqttv5", ": 135");
        for (Map.Entry<String, String> answer : answers.entrySet()) {
            Program.Result result =
                    Program.run(
                            Map.of(),
                            secured(
                                    "mosquitto_sub",
                                    "-V",
                                    answer.getKey(),
                                    "-d",
                                    "-t",
                                    "closed/a",
                                    "-W",
                                    "10"));
            assertThat(result.output()).containsPattern("Subscribed .*" + answer.getValue());
        }
    }

    @Test
    void aPublishThatNoPolicyAllowsReachesNobody() throws Exception {
        try (Console everything = subscribed(plain("mosquitto_sub", "-t", "#"))) {
            assertThat(
                            Program.run(
                                            Map.of(),
                                            secured(
                                                    "mosquitto_pub",
                                                    "-V",
                                                    "mqttv5",
                                                    "-d",
                                                    "-q",
                                                    "1",
                                                    "-t",
                                                    "closed/a",
                                                    "-m",
                                                    "secret"))
                                    .output())
                    .contains("RC:135");
            // Version 3.1.1 has no answer for it: the connection ends (protocol-mqtt).
            Program.run(
                    Map.of(),
                    secured(
                            "mosquitto_pub",
                            "-V",
                            "mqttv311",
                            "-q",
                            "0",
                            "-t",
                            "closed/a",
                            "-m",
                            "secret"));
            succeeds(secured("mosquitto_pub", "-q", "1", "-t", "open/marker", "-m", "marker"));
            assertThat(payload(everything)).isEqualTo("marker");
        }
    }

    @Test
    void aRetainedMessageWaitsForSubscribersUntilItIsCleared() throws Exception {
        succeeds(secured("mosquitto_pub", "-q", "1", "-r", "-t", "open/kept", "-m", "kept"));
        Program.Result received =
                Program.run(
                        Map.of(),
                        secured(
                                "mosquitto_sub",
                                "-t",
                                "open/#",
                                "-C",
                                "1",
                                "-W",
                                "10",
                                "-F",
                                "%r %p",
                                "--retained-only"));
        assertThat(received.output().strip()).isEqualTo("1 kept");
        succeeds(secured("mosquitto_pub", "-q", "1", "-r", "-t", "open/kept", "-n"));
        try (Console subscriber = subscribed(secured("mosquitto_sub", "-t", "open/#"))) {
            succeeds(secured("mosquitto_pub", "-t", "open/other", "-m", "marker"));
            assertThat(payload(subscriber)).isEqualTo("marker");
        }
    }

    @Test
    void theWillIsSentWhenAClientDies() throws Exception {
        try (Console watcher = subscribed(secured("mosquitto_sub", "-t", "open/will"));
                Console dying =
                        subscribed(
                                secured(
                                        "mosquitto_sub",
                                        "-i",
                                        "dying",
                                        "-t",
                                        "open/any",
                                        "--will-topic",
                                        "open/will",
                                        "--will-payload",
                                        "gone"))) {
            dying.kill();
            assertThat(payload(watcher)).isEqualTo("gone");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"mqttv311", "mqttv5"})
    void aPersistentSessionKeepsWhatCameWhileItWasAway(String version) throws Exception {
        String topic = "open/session/" + version;
        List<String> session =
                new ArrayList<>(
                        List.of("-V", version, "-c", "-i", "s" + version, "-q", "1", "-t", topic));
        if (version.equals("mqttv5")) {
            session.addAll(List.of("-x", "3600"));
        }
        List<String> once = new ArrayList<>(session);
        once.add("-E");
        succeeds(secured("mosquitto_sub", once.toArray(String[]::new)));
        succeeds(secured("mosquitto_pub", "-q", "1", "-t", topic, "-m", "first"));
        succeeds(secured("mosquitto_pub", "-q", "1", "-t", topic, "-m", "second"));
        session.addAll(List.of("-C", "2", "-W", "10"));
        Program.Result result =
                Program.run(Map.of(), secured("mosquitto_sub", session.toArray(String[]::new)));
        assertThat(result.output().lines()).containsExactly("first", "second");
    }

    // docs.aws.amazon.com/iot/latest/developerguide/protocols.html: MQTT on the HTTPS port by ALPN.
    @Test
    void mqttIsSpokenOnTheHttpsPortWhereAlpnAsksForIt() throws Exception {
        int port = server.endpoints().httpsPort();
        succeeds(
                secured(
                        "mosquitto_pub",
                        device,
                        port,
                        "--tls-alpn",
                        "x-amzn-mqtt-ca",
                        "-q",
                        "1",
                        "-t",
                        "open/alpn",
                        "-m",
                        "hello"));
        fails(
                secured(
                        "mosquitto_pub",
                        device,
                        port,
                        "--tls-alpn",
                        "x-amzn-http-ca",
                        "-q",
                        "1",
                        "-t",
                        "open/alpn",
                        "-m",
                        "hello"));
    }

    @Test
    void aCertificateThatIsNotRegisteredIsRefused() throws Exception {
        var key = server.directory().resolve("stranger.key");
        var certificate = server.directory().resolve("stranger.pem");
        succeeds(
                List.of(
                        "openssl",
                        "req",
                        "-x509",
                        "-newkey",
                        "rsa:2048",
                        "-nodes",
                        "-keyout",
                        key.toString(),
                        "-out",
                        certificate.toString(),
                        "-subj",
                        "/CN=stranger",
                        "-days",
                        "2"));
        fails(
                secured(
                        "mosquitto_pub",
                        new TestServer.Device("", "", certificate, key),
                        server.endpoints().mqttsPort(),
                        "-t",
                        "open/a",
                        "-m",
                        "hello"));
    }

    @Test
    void aCertificateThatIsNotActiveIsRefused() throws Exception {
        TestServer.Device sleeper = server.device("sleeper", TestServer.ALLOW_ALL);
        List<String> publish =
                secured(
                        "mosquitto_pub",
                        sleeper,
                        server.endpoints().mqttsPort(),
                        "-q",
                        "1",
                        "-t",
                        "open/a",
                        "-m",
                        "hello");
        succeeds(publish);
        try (IotClient iot = server.iot()) {
            iot.updateCertificate(r ->
                    r.certificateId(sleeper.certificateId()).newStatus(CertificateStatus.INACTIVE));
            fails(publish);
            iot.updateCertificate(r ->
                    r.certificateId(sleeper.certificateId()).newStatus(CertificateStatus.ACTIVE));
        }
        succeeds(publish);
    }

    @Test
    void aClientWithoutCertificateIsRefused() throws Exception {
        fails(
                List.of(
                        "mosquitto_pub",
                        "-h",
                        "localhost",
                        "-p",
                        String.valueOf(server.endpoints().mqttsPort()),
                        "--cafile",
                        server.endpoints().caFile().toString(),
                        "-t",
                        "open/a",
                        "-m",
                        "hello"));
    }

    @Test
    void thePlainListenerTakesAnybodyWhereItIsAskedFor() throws IOException, InterruptedException {
        Program.Result result =
                Program.run(
                        Map.of(),
                        plain("mosquitto_pub", "-q", "2", "-t", "anything", "-m", "hello"));
        assertThat(result.exitCode()).as(result.errors()).isZero();
    }
}
