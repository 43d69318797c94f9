package io.homeport.server;

import io.homeport.bench.BenchCommand;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `homeport rehearse`: what the build runs to make the start-up cache. The JVM notes what a start
/// loads, and from a few seconds of messages which methods are worth compiling: a server that
/// starts from the cache is at full speed sooner.
@Command(name = "rehearse", hidden = true)
final class RehearseCommand implements Callable<Integer> {
    private static final String[][] LOADS = {
        {"p2p", "0"}, {"p2p", "1"}, {"fan-in", "1"}, {"fan-out", "0"}, {"rate", "1"}
    };

    @Mixin ServerOptions options = new ServerOptions();

    @Spec CommandSpec spec;

    RehearseCommand() {
        spec = CommandSpec.create();
    }

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        Logging.configure(options.logLevel, options.logFormat, null);
        HomeportServer server = HomeportServer.start(options.settings());
        Greeting.print(out, server);
        int port = server.endpoints().mqttPort();
        try {
            for (String[] load : LOADS) {
                put(load[0], load[1], port, out);
            }
        } finally {
            server.stop(UpCommand.GRACE);
        }
        return 0;
    }

    /// Whether the load was well served is for tests; on a machine that is busy it may not be. A
    /// load that never ran would leave the cache untrained and nobody told.
    private static void put(String mode, String qos, int port, PrintWriter out) {
        int code =
                new CommandLine(new BenchCommand())
                        .setCaseInsensitiveEnumValuesAllowed(true)
                        .setOut(out)
                        .execute(
                                mode,
                                "--qos=" + qos,
                                "--port=" + port,
                                "--host=127.0.0.1",
                                "--outstanding=20",
                                "--warmup=0",
                                "--duration=1",
                                "--drain=10");
        if (code == CommandLine.ExitCode.USAGE) {
            throw new IllegalStateException(
                    "bench takes other options than rehearse gives " + mode);
        }
        out.println(mode + " QoS " + qos + ": " + code);
    }
}
