package io.homeport.rules.logging;

import io.homeport.aws.AwsService;
import io.homeport.aws.Caller;
import io.homeport.aws.OperationTable;
import io.homeport.aws.PageTokens;
import io.homeport.storage.Key;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iot.model.DeleteV2LoggingLevelRequest;
import software.amazon.awssdk.services.iot.model.DeleteV2LoggingLevelResponse;
import software.amazon.awssdk.services.iot.model.GetLoggingOptionsRequest;
import software.amazon.awssdk.services.iot.model.GetLoggingOptionsResponse;
import software.amazon.awssdk.services.iot.model.GetV2LoggingOptionsRequest;
import software.amazon.awssdk.services.iot.model.GetV2LoggingOptionsResponse;
import software.amazon.awssdk.services.iot.model.InvalidRequestException;
import software.amazon.awssdk.services.iot.model.LimitExceededException;
import software.amazon.awssdk.services.iot.model.ListV2LoggingLevelsRequest;
import software.amazon.awssdk.services.iot.model.ListV2LoggingLevelsResponse;
import software.amazon.awssdk.services.iot.model.LogEventConfiguration;
import software.amazon.awssdk.services.iot.model.LogTargetConfiguration;
import software.amazon.awssdk.services.iot.model.NotConfiguredException;
import software.amazon.awssdk.services.iot.model.SetLoggingOptionsRequest;
import software.amazon.awssdk.services.iot.model.SetLoggingOptionsResponse;
import software.amazon.awssdk.services.iot.model.SetV2LoggingLevelRequest;
import software.amazon.awssdk.services.iot.model.SetV2LoggingLevelResponse;
import software.amazon.awssdk.services.iot.model.SetV2LoggingOptionsRequest;
import software.amazon.awssdk.services.iot.model.SetV2LoggingOptionsResponse;

/// The operations on AWS IoT's log. Thread-safe.
public final class LoggingOperations implements AwsService {
    private static final String DEFAULT = "DEFAULT";
    private static final int MOST_TARGETS = 1_000;
    private static final int MOST_EVENT_TYPES = 200;
    private static final int LARGEST_PAGE = 250;

    private final IotLog log;
    private final PageTokens tokens;

    public LoggingOperations(IotLog log, PageTokens tokens) {
        this.log = log;
        this.tokens = tokens;
    }

    @Override
    public void register(OperationTable table) {
        table.add(
                        SetV2LoggingOptionsRequest.class,
                        SetV2LoggingOptionsRequest::builder,
                        this::setV2LoggingOptions)
                .add(
                        GetV2LoggingOptionsRequest.class,
                        GetV2LoggingOptionsRequest::builder,
                        this::getV2LoggingOptions)
                .add(
                        SetV2LoggingLevelRequest.class,
                        SetV2LoggingLevelRequest::builder,
                        this::setV2LoggingLevel)
                .add(
                        ListV2LoggingLevelsRequest.class,
                        ListV2LoggingLevelsRequest::builder,
                        this::listV2LoggingLevels)
                .add(
                        DeleteV2LoggingLevelRequest.class,
                        DeleteV2LoggingLevelRequest::builder,
                        this::deleteV2LoggingLevel)
                .add(
                        SetLoggingOptionsRequest.class,
                        SetLoggingOptionsRequest::builder,
                        this::setLoggingOptions)
                .add(
                        GetLoggingOptionsRequest.class,
                        GetLoggingOptionsRequest::builder,
                        this::getLoggingOptions);
    }

    SetV2LoggingOptionsResponse setV2LoggingOptions(
            SetV2LoggingOptionsRequest request, Caller caller) {
        if (request.eventConfigurations().size() > MOST_EVENT_TYPES) {
            throw invalid("eventConfigurations can be at most " + MOST_EVENT_TYPES);
        }
        Map<String, LoggingOptions.EventLevel> events = new HashMap<>();
        for (LogEventConfiguration event : request.eventConfigurations()) {
            LoggingOptions.EventLevel level =
                    new LoggingOptions.EventLevel(
                            level(event.logLevelAsString()), event.logDestination());
            if (events.put(event.eventType(), level) != null) {
                throw invalid("eventConfigurations has '" + event.eventType() + "' twice");
            }
        }
        Level level = level(request.defaultLogLevelAsString());
        log.change(
                key(caller),
                old -> {
                    LoggingOptions before = old == null ? LoggingOptions.NEW : old;
                    return new LoggingOptions(
                            request.roleArn() == null ? before.roleArn() : request.roleArn(),
                            level == null ? before.defaultLevel() : level,
                            Boolean.TRUE.equals(request.disableAllLogs()),
                            request.hasEventConfigurations() ? events : before.events(),
                            before.targets());
                });
        return SetV2LoggingOptionsResponse.builder().build();
    }

    GetV2LoggingOptionsResponse getV2LoggingOptions(
            GetV2LoggingOptionsRequest request, Caller caller) {
        LoggingOptions options = configured(caller);
        Map<String, LoggingOptions.EventLevel> shown = new TreeMap<>(options.events());
        if (Boolean.TRUE.equals(request.verbose())) {
            LoggingOptions.EventLevel standard =
                    new LoggingOptions.EventLevel(options.defaultLevel(), null);
            LogEntry.EVENT_TYPES.forEach(type -> shown.putIfAbsent(type, standard));
        }
        List<LogEventConfiguration> events = new ArrayList<>();
        shown.forEach((type, event) ->
                events.add(
                        LogEventConfiguration.builder()
                                .eventType(type)
                                .logLevel(name(event.level()))
                                .logDestination(event.destination())
                                .build()));
        return GetV2LoggingOptionsResponse.builder()
                .roleArn(options.roleArn())
                .defaultLogLevel(options.defaultLevel().name())
                .disableAllLogs(options.disabled())
                .eventConfigurations(events.isEmpty() ? null : events)
                .build();
    }

    SetV2LoggingLevelResponse setV2LoggingLevel(SetV2LoggingLevelRequest request, Caller caller) {
        configured(caller);
        String type = request.logTarget().targetTypeAsString();
        String name = request.logTarget().targetName();
        Level level = Level.valueOf(request.logLevelAsString());
        if (!type.equals(DEFAULT) && (name == null || name.isEmpty())) {
            throw invalid("logTarget.targetName is missing for targetType " + type);
        }
        log.change(
                key(caller),
                old -> {
                    LoggingOptions before = old == null ? LoggingOptions.NEW : old;
                    if (type.equals(DEFAULT)) {
                        return before.withDefault(level);
                    }
                    LoggingOptions after =
                            before.withTarget(LoggingOptions.target(type, name), level);
                    if (after.targets().size() > MOST_TARGETS) {
                        throw LimitExceededException.builder()
                                .message(
                                        "At most "
                                                + MOST_TARGETS
                                                + " targets can have a level of their own")
                                .build();
                    }
                    return after;
                });
        return SetV2LoggingLevelResponse.builder().build();
    }

    ListV2LoggingLevelsResponse listV2LoggingLevels(
            ListV2LoggingLevelsRequest request, Caller caller) {
        LoggingOptions options = configured(caller);
        int size = request.maxResults() == null ? LARGEST_PAGE : request.maxResults();
        if (size < 1 || size > LARGEST_PAGE) {
            throw invalid("maxResults has to be 1 to " + LARGEST_PAGE + ", not " + size);
        }
        Map<String, Level> levels = new TreeMap<>(options.targets());
        levels.put(LoggingOptions.target(DEFAULT, ""), options.defaultLevel());
        String wanted = request.targetTypeAsString();
        String scope = "ListV2LoggingLevels/" + key(caller).parts() + "/" + wanted;
        String after = request.nextToken() == null ? "" : tokens.decode(scope, request.nextToken());
        List<Map.Entry<String, Level>> found =
                levels.entrySet().stream()
                        .filter(e -> wanted == null || e.getKey().startsWith(wanted + "/"))
                        .filter(e -> e.getKey().compareTo(after) > 0)
                        .limit(size + 1L)
                        .toList();
        List<Map.Entry<String, Level>> page = found.subList(0, Math.min(size, found.size()));
        return ListV2LoggingLevelsResponse.builder()
                .logTargetConfigurations(page.stream().map(LoggingOperations::described).toList())
                .nextToken(
                        found.size() > size ? tokens.encode(scope, page.getLast().getKey()) : null)
                .build();
    }

    private static LogTargetConfiguration described(Map.Entry<String, Level> target) {
        int slash = target.getKey().indexOf('/');
        String name = target.getKey().substring(slash + 1);
        return LogTargetConfiguration.builder()
                .logTarget(t ->
                        t.targetType(target.getKey().substring(0, slash))
                                .targetName(name.isEmpty() ? null : name))
                .logLevel(target.getValue().name())
                .build();
    }

    DeleteV2LoggingLevelResponse deleteV2LoggingLevel(
            DeleteV2LoggingLevelRequest request, Caller caller) {
        String type = request.targetTypeAsString();
        log.change(
                key(caller),
                old -> {
                    if (old == null) {
                        return null;
                    }
                    return type.equals(DEFAULT)
                            ? old.withDefault(Level.DISABLED)
                            : old.withTarget(
                                    LoggingOptions.target(type, request.targetName()), null);
                });
        return DeleteV2LoggingLevelResponse.builder().build();
    }

    SetLoggingOptionsResponse setLoggingOptions(SetLoggingOptionsRequest request, Caller caller) {
        var payload = request.loggingOptionsPayload();
        Level level = level(payload.logLevelAsString());
        log.change(
                key(caller),
                old -> {
                    LoggingOptions before = old == null ? LoggingOptions.NEW : old;
                    return new LoggingOptions(
                            payload.roleArn(),
                            level == null ? before.defaultLevel() : level,
                            before.disabled(),
                            before.events(),
                            before.targets());
                });
        return SetLoggingOptionsResponse.builder().build();
    }

    GetLoggingOptionsResponse getLoggingOptions(GetLoggingOptionsRequest request, Caller caller) {
        LoggingOptions options = log.options(key(caller));
        return options == null
                ? GetLoggingOptionsResponse.builder().build()
                : GetLoggingOptionsResponse.builder()
                        .roleArn(options.roleArn())
                        .logLevel(options.defaultLevel().name())
                        .build();
    }

    private LoggingOptions configured(Caller caller) {
        LoggingOptions options = log.options(key(caller));
        if (options == null) {
            throw NotConfiguredException.builder()
                    .message("Logging is off: call SetV2LoggingOptions first")
                    .build();
        }
        return options;
    }

    private static Key key(Caller caller) {
        return Key.of(caller.account().value(), caller.region());
    }

    private static @Nullable Level level(@Nullable String name) {
        return name == null ? null : Level.valueOf(name);
    }

    private static @Nullable String name(@Nullable Level level) {
        return level == null ? null : level.name();
    }

    private static InvalidRequestException invalid(String message) {
        return InvalidRequestException.builder().message(message).build();
    }
}
