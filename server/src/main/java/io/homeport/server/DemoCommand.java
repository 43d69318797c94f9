package io.homeport.server;

import io.homeport.broker.BrokerStatistics;
import io.homeport.core.Message;
import io.homeport.core.MessageBus;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `homeport demo`: the server with twenty simulated devices and a live view.
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Start the server with twenty simulated devices and watch them live. Ctrl-C ends it.",
            ""
        })
final class DemoCommand implements Callable<Integer> {
    private static final int SHOWN_MESSAGES = 8;

    @Mixin ServerOptions options = new ServerOptions();

    @Option(
            names = "--seconds",
            paramLabel = "N",
            description = "Stop by itself after this many seconds (default: run until Ctrl-C).")
    long seconds;

    @Spec CommandSpec spec = CommandSpec.create();

    private final Deque<String> latest = new ArrayDeque<>();

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        Settings settings = options.settings();
        ServerOptions.checkSeconds(seconds);
        try {
            Files.createDirectories(settings.dataDir());
        } catch (IOException e) {
            throw new Failures.UserFault(
                    "the data directory "
                            + settings.dataDir()
                            + " can't be created: "
                            + Failures.reason(e));
        }
        Logging.configure(
                options.logLevel, options.logFormat, settings.dataDir().resolve("demo.log"));
        HomeportServer server = HomeportServer.start(settings);
        CountDownLatch stop = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);
        DemoFleet fleet = new DemoFleet(server);
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(
                                () -> {
                                    stop.countDown();
                                    fleet.close();
                                    server.stop(UpCommand.GRACE);
                                    out.println("\nstopped; its state is in " + settings.dataDir());
                                    out.flush();
                                    stopped.countDown();
                                },
                                "shutdown"));
        Greeting.print(out, server);
        out.println("creating " + DemoFleet.DEVICES + " things with certificates ...");
        fleet.createPolicy();
        for (int device = 1; device <= DemoFleet.DEVICES; device++) {
            fleet.connect(device);
            out.print(device == DemoFleet.DEVICES ? ".\n" : ".");
            out.flush();
        }
        MessageBus.Handler remember = this::remember;
        server.bus().subscribe(settings.account(), "demo/#", remember);
        show(out, server, fleet, stop);
        if (stop.getCount() > 0) {
            System.exit(0);
        }
        stopped.await();
        return 0;
    }

    private CompletableFuture<Void> remember(Message message) {
        String line =
                message.topic() + "  " + new String(message.payload(), StandardCharsets.UTF_8);
        synchronized (latest) {
            latest.addFirst(line);
            if (latest.size() > SHOWN_MESSAGES) {
                latest.removeLast();
            }
        }
        return CompletableFuture.completedFuture(null);
    }

    private void show(PrintWriter out, HomeportServer server, DemoFleet fleet, CountDownLatch stop)
            throws InterruptedException {
        Console console = System.console();
        boolean terminal = console != null && console.isTerminal();
        BrokerStatistics before = server.statistics();
        for (long second = 1; seconds == 0 || second <= seconds; second++) {
            if (stop.await(1, TimeUnit.SECONDS)) {
                return;
            }
            if (second % 3 == 0) {
                fleet.sendCommand();
            }
            BrokerStatistics now = server.statistics();
            List<String> screen = screen(server.endpoints(), before, now, terminal);
            if (terminal) {
                out.print("\u001b[H\u001b[2J" + String.join("\n", screen) + "\n");
            } else if (second % 5 == 1) {
                out.println(screen.get(1));
            }
            out.flush();
            before = now;
        }
    }

    private List<String> screen(
            Endpoints endpoints, BrokerStatistics before, BrokerStatistics now, boolean terminal) {
        List<String> lines = new ArrayList<>();
        lines.add("Homeport demo   (Ctrl-C ends it)");
        lines.add(
                "connections %d   messages in %d/s   out %d/s   denied %d   dropped %d"
                        .formatted(
                                now.connections(),
                                now.publishesReceived() - before.publishesReceived(),
                                now.messagesDelivered() - before.messagesDelivered(),
                                now.denials(),
                                now.messagesDropped()));
        if (!terminal) {
            return lines;
        }
        lines.add("");
        synchronized (latest) {
            for (String line : latest) {
                lines.add("  " + (line.length() > 76 ? line.substring(0, 76) : line));
            }
        }
        lines.add("");
        lines.add("Try in another shell:");
        for (String line : endpoints.awsCliLines().subList(0, 2)) {
            lines.add("  " + line);
        }
        String aws = "  aws --endpoint-url " + endpoints.apiUrl() + " ";
        lines.add(aws + "iot list-things");
        lines.add(aws + "iot describe-thing --thing-name demo-07");
        lines.add(
                aws
                        + "iot-data publish --topic demo/demo-07/command"
                        + " --cli-binary-format raw-in-base64-out --payload '{\"command\":\"beep\"}'");
        lines.add("  curl " + endpoints.apiUrl() + "/_homeport/denials");
        return lines;
    }
}
