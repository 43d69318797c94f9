package io.homeport.bench;

import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.Qos;
import io.homeport.mqtt.ReasonCode;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.ssl.NotSslRecordException;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.nio.channels.ClosedChannelException;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// Says what failed and what to do about it. Stateless.
final class Advice {
    private static final String CLOSED = "the broker closed the connection";

    private Advice() {}

    /// Why a connection that was in use ended.
    static String lost(@Nullable Throwable cause) {
        if (cause == null || isClose(cause)) {
            return CLOSED;
        }
        return cause instanceof BenchFailure failure ? text(failure) : text(cause);
    }

    /// Why a connection did not come to be.
    ///
    /// @param state how far it was, a word
    /// @param cause null where the broker closed it
    static BenchFailure notConnected(
            BenchSettings settings, String state, @Nullable Throwable cause) {
        String where = settings.address();
        if (cause instanceof BenchFailure failure) {
            return failure;
        }
        if (cause == null || isClose(cause)) {
            return new BenchFailure(
                    "%s closed the connection while %s"
                            .formatted(where, state.toLowerCase(Locale.ROOT)),
                    settings.tls() == null
                            ? "If the port speaks TLS, add --tls; else the broker's log says why."
                            : "If the port doesn't speak TLS, leave --tls out; if the broker wants"
                                    + " a client certificate, add --cert and --key; else its log"
                                    + " says why.");
        }
        Throwable root = root(cause);
        if (root instanceof NotSslRecordException) {
            return new BenchFailure(
                    where + " doesn't speak TLS", "Leave --tls out, or give its TLS port.", cause);
        }
        if (cause instanceof SSLException || root instanceof SSLException) {
            return tls(where, root);
        }
        if (root instanceof ConnectTimeoutException) {
            return new BenchFailure(
                    where + " doesn't answer",
                    "Check --host and --port, and whether a firewall is between.",
                    cause);
        }
        if (cause instanceof ConnectException) {
            return new BenchFailure(
                    "nothing listens at " + where,
                    "Start a broker (homeport up --mqtt-port 1883 --anonymous), or give --host and"
                            + " --port.",
                    cause);
        }
        if (text(root).contains("Too many open files")) {
            return new BenchFailure(
                    "this process may not open more files",
                    "Raise the limit: ulimit -n 200000",
                    cause);
        }
        if (root instanceof BindException) {
            return new BenchFailure(
                    "no local port is free for another connection to " + where,
                    "Wait a minute, or connect from several addresses.",
                    cause);
        }
        return new BenchFailure(where + ": " + text(root), "", cause);
    }

    private static BenchFailure tls(String where, Throwable cause) {
        String text = text(cause);
        String advice;
        if (text.contains("certification path") || text.contains("CERTIFICATE_VERIFY_FAILED")) {
            advice = "Give the broker's authority: --cafile ca.pem (Homeport: data/ca/ca.pem).";
        } else if (text.contains("No subject alternative") || text.contains("No name matching")) {
            advice = "The broker's certificate is for another name: give that as --host.";
        } else if (text.toLowerCase(Locale.ROOT).contains("certificate")) {
            advice = "The broker wants a client certificate that it trusts: --cert and --key.";
        } else {
            advice = "The broker's log says what it didn't like.";
        }
        return new BenchFailure("TLS with " + where + " failed: " + text, advice, cause);
    }

    /// CONNACK said no.
    static BenchFailure refused(
            BenchSettings settings, ReasonCode reason, @Nullable String explanation) {
        String advice =
                switch (reason) {
                    case BAD_USER_NAME_OR_PASSWORD -> "Check --username and --password.";
                    case NOT_AUTHORIZED ->
                            "Check --username and --password, and which client ids the broker lets"
                                    + " in (--client-id).";
                    case UNSUPPORTED_PROTOCOL_VERSION ->
                            settings.version() == MqttVersion.MQTT_5
                                    ? "Try --mqtt 3."
                                    : "Try --mqtt 5.";
                    case CLIENT_IDENTIFIER_NOT_VALID -> "Choose other client ids: --client-id.";
                    case SERVER_BUSY, SERVER_UNAVAILABLE, QUOTA_EXCEEDED ->
                            "The broker is at a limit: fewer connections, or raise it.";
                    case CONNECTION_RATE_EXCEEDED ->
                            "The broker limits how fast clients connect: a smaller --concurrency.";
                    default -> "The broker's log says why.";
                };
        return new BenchFailure(
                "%s refused CONNECT: %s".formatted(settings.address(), name(reason, explanation)),
                advice);
    }

    /// CONNACK announced less than is asked for.
    static BenchFailure qosNotServed(BenchSettings settings, Qos maximum) {
        return new BenchFailure(
                "%s serves no more than QoS %d".formatted(settings.address(), maximum.ordinal()),
                "Try --qos " + maximum.ordinal() + ".");
    }

    /// SUBACK said no, or less than was asked for.
    static BenchFailure notSubscribed(
            BenchSettings settings,
            String filter,
            ReasonCode granted,
            @Nullable String explanation) {
        if (granted.isError()) {
            return new BenchFailure(
                    "%s refused the subscription to %s: %s"
                            .formatted(settings.address(), filter, name(granted, explanation)),
                    "Allow the client to subscribe to and publish on "
                            + settings.topicPrefix()
                            + "/#, or choose another --topic-prefix.");
        }
        return new BenchFailure(
                "%s granted QoS %d where %d was asked for"
                        .formatted(settings.address(), granted.code(), settings.qos().ordinal()),
                "Try --qos " + granted.code() + ".");
    }

    /// DISCONNECT came.
    static BenchFailure disconnected(ReasonCode reason, @Nullable String explanation) {
        return new BenchFailure("the broker disconnected: " + name(reason, explanation), "");
    }

    private static String name(ReasonCode reason, @Nullable String explanation) {
        String name =
                "%s (0x%02X)"
                        .formatted(
                                reason.name().toLowerCase(Locale.ROOT).replace('_', ' '),
                                reason.code());
        return explanation == null ? name : name + ", " + explanation;
    }

    private static boolean isClose(Throwable cause) {
        return cause instanceof ClosedChannelException
                || (cause instanceof IOException && text(cause).contains("reset by peer"));
    }

    private static Throwable root(Throwable failure) {
        Throwable at = failure;
        while (at.getCause() != null) {
            at = at.getCause();
        }
        return at;
    }

    private static String text(Throwable failure) {
        String message = failure.getMessage();
        return message == null ? failure.getClass().getSimpleName() : message;
    }
}
