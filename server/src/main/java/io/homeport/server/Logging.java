package io.homeport.server;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.FileAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.Encoder;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sets up the log in code: reading an XML file would cost a tenth of a second at each start.
final class Logging {
    private Logging() {}

    /// Logs to standard error, or to a file where one is given.
    static void configure(
            ServerOptions.LogLevel level, ServerOptions.LogFormat format, @Nullable Path file) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        OutputStreamAppender<ILoggingEvent> appender = file == null ? console() : file(file);
        appender.setContext(context);
        appender.setEncoder(encoder(context, format));
        appender.start();
        ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.WARN);
        root.addAppender(appender);
        // Our own log tells once what Kafka's client tells with every attempt.
        context.getLogger("org.apache.kafka").setLevel(Level.ERROR);
        context.getLogger("org.apache.kafka.clients.NetworkClient").setLevel(Level.OFF);
        context.getLogger("io.homeport")
                .setLevel(Level.toLevel(level.name().toLowerCase(Locale.ROOT)));
    }

    private static OutputStreamAppender<ILoggingEvent> console() {
        ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
        console.setTarget("System.err");
        return console;
    }

    private static OutputStreamAppender<ILoggingEvent> file(Path path) {
        FileAppender<ILoggingEvent> file = new FileAppender<>();
        file.setFile(path.toString());
        file.setAppend(true);
        return file;
    }

    private static Encoder<ILoggingEvent> encoder(
            LoggerContext context, ServerOptions.LogFormat format) {
        if (format == ServerOptions.LogFormat.JSON) {
            JsonEncoder json = new JsonEncoder();
            json.setContext(context);
            json.start();
            return json;
        }
        PatternLayoutEncoder text = new PatternLayoutEncoder();
        text.setContext(context);
        text.setPattern("%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %logger{0}: %msg %kvp%n");
        text.start();
        return text;
    }
}
