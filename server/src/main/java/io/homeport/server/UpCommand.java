package io.homeport.server;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `homeport up`: the server until it is told to stop.
@Command(
        name = "up",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Start the server. Ctrl-C or SIGTERM stops it; nothing acknowledged is lost either way.",
            "",
            "Every option can also be given as an environment variable (--api-port is"
                    + " HOMEPORT_API_PORT) and in a config file (api-port = 4566). The command line"
                    + " comes first, then the environment, then the file.%n"
        })
final class UpCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(UpCommand.class);

    /// How long connections get to take their last packets.
    static final Duration GRACE = Duration.ofSeconds(5);

    @Mixin ServerOptions options = new ServerOptions();

    @Option(
            names = "--seconds",
            paramLabel = "N",
            description = "Stop by itself after this many seconds (default: run until told to).")
    long seconds;

    @Spec CommandSpec spec;

    UpCommand() {
        spec = CommandSpec.create();
    }

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        Settings settings = options.settings();
        ServerOptions.checkSeconds(seconds);
        Logging.configure(options.logLevel, options.logFormat, null);
        LOG.atDebug().addKeyValue("settings", settings).log("settings");
        HomeportServer server = HomeportServer.start(settings);
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(
                                () -> {
                                    server.stop(GRACE);
                                    out.println("stopped");
                                    out.flush();
                                    stopped.countDown();
                                },
                                "shutdown"));
        Greeting.print(out, server);
        if (seconds == 0) {
            stopped.await();
        } else if (!stopped.await(seconds, TimeUnit.SECONDS)) {
            server.stop(GRACE);
        }
        return 0;
    }
}
