package io.homeport.server;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/// Values for flags that the command line doesn't give: from the environment, else from the config
/// file. A key that is no flag is an error, with the nearest flag named.
final class ConfigFile implements IDefaultValueProvider {
    /// Variables that are no flags of `up`.
    private static final Set<String> LAUNCHER_ONLY =
            Set.of("HOMEPORT_JAVA_OPTIONS", "HOMEPORT_CONFIG");

    /// What Kubernetes sets in every pod beside a service of the name `homeport`, and Docker beside
    /// a linked container.
    private static final Pattern SERVICE_LINK =
            Pattern.compile("HOMEPORT_(SERVICE_(HOST|PORT(_.*)?)|PORT(_[0-9]+_(TCP|UDP).*)?)");

    private final Map<String, String> environment;
    private final Map<String, String> file;

    private ConfigFile(Map<String, String> environment, Map<String, String> file) {
        this.environment = environment;
        this.file = file;
    }

    /// Reads the file, if there is one, and checks its keys against the command's flags.
    ///
    /// @throws Failures.UserFault naming every unknown key
    static ConfigFile read(
            @Nullable Path path, Map<String, String> environment, CommandSpec command) {
        Map<String, String> values = new TreeMap<>();
        if (path != null) {
            Properties properties = new Properties();
            try (Reader reader = Files.newBufferedReader(path)) {
                properties.load(reader);
            } catch (IOException e) {
                throw new Failures.UserFault(
                        "the config file " + path + " can't be read: " + Failures.reason(e));
            } catch (IllegalArgumentException e) {
                throw new Failures.UserFault(
                        "the config file " + path + " can't be read: " + e.getMessage());
            }
            for (String key : properties.stringPropertyNames()) {
                values.put(key, properties.getProperty(key).strip());
            }
        }
        List<String> known = new ArrayList<>();
        for (OptionSpec option : command.options()) {
            if (!option.usageHelp() && !option.versionHelp()) {
                known.add(option.longestName().substring(2));
            }
        }
        known.remove("config");
        List<String> problems = new ArrayList<>();
        for (String key : values.keySet()) {
            if (!known.contains(key)) {
                problems.add(
                        path
                                + ": unknown key '"
                                + key
                                + "'; "
                                + nearest(key, known)
                                        .map(name -> "did you mean '" + name + "'?")
                                        .orElse("`homeport help up` lists all"));
            }
        }
        for (String name : environment.keySet()) {
            String key = keyOf(name);
            if (key != null && !known.contains(key)) {
                problems.add(
                        "environment: unknown variable "
                                + name
                                + "; "
                                + nearest(key, known)
                                        .map(other -> "did you mean " + variableOf(other) + "?")
                                        .orElse("`homeport help up` lists all"));
            }
        }
        if (!problems.isEmpty()) {
            throw new Failures.UserFault(String.join("\n  ", problems));
        }
        return new ConfigFile(environment, values);
    }

    @Override
    public @Nullable String defaultValue(ArgSpec argument) {
        if (!(argument instanceof OptionSpec option)
                || option.usageHelp()
                || option.versionHelp()) {
            return null;
        }
        String key = option.longestName().substring(2);
        String fromEnvironment = environment.get(variableOf(key));
        return fromEnvironment != null ? fromEnvironment : file.get(key);
    }

    /// Where a flag's value comes from if the command line has none; empty where nobody gives it.
    String origin(OptionSpec option) {
        String key = option.longestName().substring(2);
        if (environment.containsKey(variableOf(key))) {
            return "environment variable " + variableOf(key);
        }
        return file.containsKey(key) ? "config file, key " + key : "";
    }

    static String variableOf(String key) {
        return "HOMEPORT_" + key.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    /// The key of a variable of ours; null for others, and for what only the launcher reads.
    private static @Nullable String keyOf(String variable) {
        if (!variable.startsWith("HOMEPORT_")
                || LAUNCHER_ONLY.contains(variable)
                || SERVICE_LINK.matcher(variable).matches()) {
            return null;
        }
        return variable.substring("HOMEPORT_".length()).toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// The flag that was probably meant; none where all are further away than a slip of the pen.
    private static Optional<String> nearest(String key, List<String> known) {
        return known.stream()
                .min(Comparator.comparingInt(name -> distance(key, name)))
                .filter(name -> distance(key, name) <= Math.max(3, key.length() / 3));
    }

    /// The Levenshtein distance.
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
