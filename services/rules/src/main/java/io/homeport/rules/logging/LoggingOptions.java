package io.homeport.rules.logging;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What an account wants to be logged in a region, as it is stored. Immutable.
///
/// @param roleArn kept for those who ask; null where it wasn't given
/// @param events levels of event types, which count instead of the default
/// @param targets levels of groups, clients, addresses and principals, which count instead of both;
///   keys are type, `/` and name
public record LoggingOptions(
        @Nullable String roleArn,
        Level defaultLevel,
        boolean disabled,
        Map<String, EventLevel> events,
        Map<String, Level> targets) {

    static final LoggingOptions NEW =
            new LoggingOptions(null, Level.DISABLED, false, Map.of(), Map.of());

    public LoggingOptions {
        events = Map.copyOf(events);
        targets = Map.copyOf(targets);
    }

    /// @param level null for the default
    /// @param destination the log group; null for AWSIotLogsV2
    public record EventLevel(@Nullable Level level, @Nullable String destination) {}

    LoggingOptions withTarget(String target, @Nullable Level level) {
        Map<String, Level> changed = new TreeMap<>(targets);
        if (level == null) {
            changed.remove(target);
        } else {
            changed.put(target, level);
        }
        return new LoggingOptions(roleArn, defaultLevel, disabled, events, changed);
    }

    LoggingOptions withDefault(Level level) {
        return new LoggingOptions(roleArn, level, disabled, events, targets);
    }

    static String target(String type, String name) {
        return type + '/' + name;
    }

    /// Whether no entry can be wanted of which this is all that is known.
    boolean surelyUnwanted(LogEntry entry) {
        return disabled || (targets.isEmpty() && !levelWithoutTargets(entry).admits(entry.level()));
    }

    /// Whether the entry is wanted. The most talkative of the targets that it is about decides.
    ///
    /// @param groups whether the entry's thing is in a group; asked where groups have levels
    boolean wants(LogEntry entry, Groups groups) {
        if (disabled) {
            return false;
        }
        Level decisive = null;
        for (Map.Entry<String, Level> target : targets.entrySet()) {
            boolean more = decisive == null || target.getValue().compareTo(decisive) > 0;
            if (more && isAbout(entry, target.getKey(), groups)) {
                decisive = target.getValue();
            }
        }
        return (decisive == null ? levelWithoutTargets(entry) : decisive).admits(entry.level());
    }

    /// Whether a thing is in a group.
    interface Groups {
        boolean contains(String group, String thingName);
    }

    private static boolean isAbout(LogEntry entry, String target, Groups groups) {
        int slash = target.indexOf('/');
        String name = target.substring(slash + 1);
        return switch (target.substring(0, slash)) {
            case "CLIENT_ID" -> name.equals(entry.clientId());
            case "SOURCE_IP" -> name.equals(entry.sourceIp());
            case "PRINCIPAL_ID" -> name.equals(entry.principalId());
            case "THING_GROUP" -> {
                String thing = entry.thingName() == null ? entry.clientId() : entry.thingName();
                yield thing != null && groups.contains(name, thing);
            }
            default -> false;
        };
    }

    private Level levelWithoutTargets(LogEntry entry) {
        EventLevel event = events.get(entry.eventType());
        Level own = event == null ? null : event.level();
        return own == null ? defaultLevel : own;
    }
}
