package io.homeport.targets;

import io.homeport.core.AccountId;
import io.homeport.core.Arn;
import io.homeport.core.Clock;
import io.homeport.core.FunctionInvoker;
import io.homeport.core.Json;
import io.homeport.core.Message;
import io.homeport.core.MessageBus;
import io.homeport.core.MessageProperties;
import io.homeport.core.targets.AwsTargets;
import io.homeport.core.targets.TargetCall;
import io.homeport.core.targets.TargetFailedException;
import io.homeport.core.targets.TargetScope;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The ways from SNS's stand-in to subscribers. Blocks. Thread-safe.
final class NotificationChannels implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final String SNS = "sns.amazonaws.com";

    private final MessageBus bus;
    private final FunctionInvoker functions;
    private final AwsTargets targets;
    private final Clock clock;
    private final TargetSettings.@Nullable Mail mail;
    private final ReentrantLock making = new ReentrantLock();
    private @Nullable HttpClient http;

    NotificationChannels(
            MessageBus bus,
            FunctionInvoker functions,
            AwsTargets targets,
            Clock clock,
            TargetSettings.@Nullable Mail mail) {
        this.bus = bus;
        this.functions = functions;
        this.targets = targets;
        this.clock = clock;
        this.mail = mail;
    }

    /// Why a subscription can't work; null where it can.
    @Nullable String problemOf(Subscription subscription) {
        String endpoint = subscription.endpoint();
        return switch (subscription.protocol()) {
            case HTTP, HTTPS ->
                    endpoint.startsWith(subscription.protocol().text() + "://")
                                    && urlOf(endpoint) != null
                            ? null
                            : "endpoint has to be a URL of " + subscription.protocol().text();
            case EMAIL, EMAIL_JSON -> {
                if (mail == null) {
                    yield "there is no server for e-mail: set --smtp-url";
                }
                yield endpoint.matches("[^@\\s,;<>]+@[^@\\s,;<>]+")
                        ? null
                        : "endpoint has to be an e-mail address";
            }
            case SQS -> Arn.isOf("sqs", endpoint) ? null : "endpoint has to be a queue's ARN";
            case LAMBDA ->
                    Arn.isOf("lambda", endpoint) ? null : "endpoint has to be a function's ARN";
            case MQTT ->
                    endpoint.isEmpty() || endpoint.startsWith("$") || endpoint.matches(".*[+#\0].*")
                            ? "endpoint has to be a topic that can be published to"
                            : null;
        };
    }

    private static @Nullable URI urlOf(String text) {
        try {
            URI url = URI.create(text);
            return url.getHost() == null ? null : url;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /// Hands a notification over.
    ///
    /// @throws TargetFailedException where the subscriber did not take it
    void deliver(Subscription subscription, Notification notification) throws InterruptedException {
        switch (subscription.protocol()) {
            case HTTP, HTTPS -> post(subscription, notification);
            case EMAIL, EMAIL_JSON -> mail(subscription, notification);
            case SQS -> queue(subscription, notification);
            case LAMBDA -> call(subscription, notification);
            case MQTT -> publish(subscription, notification);
        }
    }

    private static String bodyOf(Subscription subscription, Notification notification) {
        return subscription.raw()
                ? notification.textFor(subscription.protocol())
                : Json.MAPPER.writeValueAsString(notification.envelope(subscription));
    }

    private void post(Subscription subscription, Notification notification)
            throws InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(subscription.endpoint()))
                        .timeout(PATIENCE)
                        .header("content-type", "text/plain; charset=UTF-8")
                        .header("user-agent", "Homeport")
                        .header("x-amz-sns-message-type", "Notification")
                        .header("x-amz-sns-message-id", notification.messageId())
                        .header("x-amz-sns-topic-arn", subscription.topicArn())
                        .header("x-amz-sns-subscription-arn", subscription.arn())
                        .POST(
                                HttpRequest.BodyPublishers.ofString(
                                        bodyOf(subscription, notification)))
                        .build();
        int status;
        try {
            HttpResponse<InputStream> response =
                    http().send(request, HttpResponse.BodyHandlers.ofInputStream());
            // What the receiver says beyond its status may be endless, and nobody reads it.
            response.body().close();
            status = response.statusCode();
        } catch (IOException e) {
            throw TargetFailedException.unavailable("the receiver can't be reached: " + e, e);
        }
        if (status / 100 != 2) {
            String told = "the receiver answered " + status;
            throw status >= 500 || status == 429 || status == 408
                    ? TargetFailedException.unavailable(told)
                    : TargetFailedException.refused(told);
        }
    }

    private HttpClient http() {
        making.lock();
        try {
            HttpClient present = http;
            if (present == null) {
                present =
                        HttpClient.newBuilder()
                                .connectTimeout(Duration.ofSeconds(5))
                                .followRedirects(HttpClient.Redirect.NEVER)
                                .build();
                http = present;
            }
            return present;
        } finally {
            making.unlock();
        }
    }

    private void mail(Subscription subscription, Notification notification) {
        TargetSettings.Mail server = mail;
        if (server == null) {
            throw TargetFailedException.unavailable(
                    "there is no server for e-mail: set --smtp-url");
        }
        boolean json = subscription.protocol() == Subscription.Protocol.EMAIL_JSON;
        String text =
                json
                        ? Json.MAPPER.writeValueAsString(notification.envelope(subscription))
                        : notification.textFor(subscription.protocol());
        Mailer.send(
                server,
                subscription.endpoint(),
                "AWS Notification Message",
                text,
                notification.messageId());
    }

    private void queue(Subscription subscription, Notification notification) {
        Arn queue = Arn.parse(subscription.endpoint()).orElseThrow();
        String url =
                "https://sqs.%s.amazonaws.com/%s/%s"
                        .formatted(queue.region(), queue.account(), queue.resource());
        targets.send(
                new TargetScope(new AccountId(subscription.account()), queue.region()),
                new TargetCall.SendMessage(url, bodyOf(subscription, notification)));
    }

    private void call(Subscription subscription, Notification notification) {
        functions
                .invokeLater(
                        new FunctionInvoker.Call(
                                new AccountId(subscription.account()),
                                subscription.region(),
                                subscription.endpoint(),
                                Json.MAPPER.writeValueAsBytes(notification.event(subscription)),
                                new FunctionInvoker.Source(SNS, subscription.topicArn())))
                .ifPresent(refused -> {
                    throw switch (refused.reason()) {
                        case THROTTLED, TIMED_OUT, UNAVAILABLE ->
                                TargetFailedException.unavailable(refused.message());
                        case NOT_FOUND, NOT_PERMITTED, INVALID ->
                                TargetFailedException.refused(refused.message());
                    };
                });
    }

    private void publish(Subscription subscription, Notification notification) {
        byte[] payload =
                notification.textFor(subscription.protocol()).getBytes(StandardCharsets.UTF_8);
        try {
            bus.publish(
                            new Message(
                                    new AccountId(subscription.account()),
                                    subscription.endpoint(),
                                    payload,
                                    1,
                                    false,
                                    MessageProperties.NONE,
                                    null,
                                    clock.millis()))
                    .join();
        } catch (CompletionException e) {
            throw TargetFailedException.unavailable("the broker can't store it: " + e, e);
        }
    }

    @Override
    public void close() {
        making.lock();
        try {
            if (http != null) {
                http.shutdownNow();
            }
        } finally {
            making.unlock();
        }
    }
}
