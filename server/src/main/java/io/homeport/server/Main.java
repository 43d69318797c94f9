package io.homeport.server;

import io.homeport.bench.BenchCommand;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

/// The `homeport` command.
@Command(
        name = "homeport",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        description = "AWS IoT that you run yourself.",
        subcommands = {
            UpCommand.class,
            DemoCommand.class,
            BenchCommand.class,
            RehearseCommand.class,
            CommandLine.HelpCommand.class
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  homeport demo                 see it work: twenty simulated devices, live",
            "  homeport up                   start the server with its state in ./data",
            "  homeport up --profile aws     with AWS IoT's own limits and deviations",
            "  homeport up --any-credentials --test-mode",
            "                                for CI: any access key is taken, and",
            "                                POST /_homeport/reset wipes all state",
            "  homeport up --mqtt-port 1883 --anonymous",
            "                                plain MQTT without identity, on loopback",
            "  homeport bench p2p --port 1883",
            "                                put load on any MQTT broker",
            "",
            "homeport help up  explains every option."
        })
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        settleNetty();
        // What fails before the log's own flags are read is logged as by default.
        Logging.configure(ServerOptions.LogLevel.INFO, ServerOptions.LogFormat.TEXT, null);
        System.exit(run(arguments, System.getenv(), commandLine()));
    }

    /// What netty reads when its classes are loaded, unless the JVM was told otherwise. Its search
    /// for leaked buffers takes a stack trace of every 128th one, which makes a message in a
    /// hundred three times as late; the gateway's tests search all of them. Its events for JFR load
    /// that machinery on the event loop.
    private static void settleNetty() {
        Map.of("io.netty.leakDetection.level", "disabled", "io.netty.jfr.enabled", "false")
                .forEach(System.getProperties()::putIfAbsent);
    }

    /// Runs a command and returns its exit code.
    static int run(String[] arguments, Map<String, String> environment, CommandLine line) {
        if (arguments.length == 0) {
            line.usage(line.getErr());
            return CommandLine.ExitCode.USAGE;
        }
        if (arguments[0].equals(BenchCommand.NAME)) {
            // A client of any broker: the server's config file and variables don't concern it.
            return line.execute(arguments);
        }
        try {
            ConfigOption config = new ConfigOption();
            new CommandLine(config).setUnmatchedArgumentsAllowed(true).parseArgs(arguments);
            String path = environment.get(ConfigFile.variableOf("config"));
            ConfigFile defaults =
                    ConfigFile.read(
                            config.path != null || path == null ? config.path : Path.of(path),
                            environment,
                            Objects.requireNonNull(line.getSubcommands().get("up"))
                                    .getCommandSpec());
            line.setDefaultValueProvider(defaults);
        } catch (CommandLine.ParameterException | Failures.UserFault e) {
            Failures.explain(new Failures.UserFault(e.getMessage()), line.getErr());
            return CommandLine.ExitCode.USAGE;
        }
        return line.execute(arguments);
    }

    /// Finds the config file before everything else is parsed.
    private static final class ConfigOption {
        @Option(names = "--config")
        @Nullable Path path;
    }

    /// The command line, for {@link #main} and for tests.
    static CommandLine commandLine() {
        return configured(new CommandLine(new Main()));
    }

    /// Applies to all subcommands that are there by now.
    static CommandLine configured(CommandLine line) {
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setUsageHelpAutoWidth(true);
        line.registerConverter(boolean.class, Main::toBoolean);
        for (CommandLine command : line.getSubcommands().values()) {
            command.getCommandSpec().versionProvider(new Version());
        }
        line.setParameterExceptionHandler((fault, _) -> explain(fault));
        line.setExecutionExceptionHandler((failure, commandLine, parsed) -> {
            Failures.explain(failure, commandLine.getErr());
            return 1;
        });
        return line;
    }

    /// A mistake in a line or two: the whole help would push it off the screen.
    private static int explain(CommandLine.ParameterException fault) {
        CommandLine line = fault.getCommandLine();
        PrintWriter out = line.getErr();
        String origin =
                line.getDefaultValueProvider() instanceof ConfigFile config
                                && fault.getArgSpec() instanceof OptionSpec option
                                && fault.getValue() != null
                                && fault.getValue().equals(config.defaultValue(option))
                        ? " (" + config.origin(option) + ")"
                        : "";
        out.println("homeport: " + fault.getMessage() + origin);
        if (fault instanceof CommandLine.UnmatchedArgumentException unmatched
                && !unmatched.getSuggestions().isEmpty()) {
            out.println("  Did you mean " + String.join(" or ", unmatched.getSuggestions()) + "?");
        }
        String name = line.getCommandSpec().name();
        out.println(
                line.getParent() == null
                        ? "  homeport --help  lists the commands."
                        : "  homeport help " + name + "  explains every option.");
        out.flush();
        return CommandLine.ExitCode.USAGE;
    }

    private static boolean toBoolean(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true", "yes", "on", "1" -> true;
            case "false", "no", "off", "0" -> false;
            default ->
                    throw new CommandLine.TypeConversionException(
                            "'" + text + "' has to be true or false");
        };
    }

    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"homeport " + (version == null ? "development" : version)};
        }
    }
}
