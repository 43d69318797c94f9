package io.homeport.shadow;

import io.homeport.aws.Caller;
import io.homeport.aws.PageTokens;
import io.homeport.core.AccountId;
import io.homeport.core.Message;
import io.homeport.core.MessageBus;
import io.homeport.core.MessageProperties;
import io.homeport.core.Profile;
import io.homeport.core.Publisher;
import io.homeport.storage.Database;
import io.homeport.storage.MemoryStore;
import io.homeport.testkit.SimTimers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.iotdataplane.model.UpdateThingShadowRequest;
import tools.jackson.databind.JsonNode;

/// Shadows over memory, with time that moves by hand, on the test's own thread: lanes run when
/// {@link #run} is called, or at once.
final class ShadowFixture {
    static final String REGION = "us-east-1";
    static final Publisher DEVICE = new Device("device");

    final SimTimers time = new SimTimers();
    final Database database = new Database(new MemoryStore());
    final List<Message> published = new ArrayList<>();
    final ShadowService service;
    private final Map<String, MessageBus.Handler> handlers = new HashMap<>();
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final boolean immediate;

    private record Device(String clientId) implements Publisher {
        @Override
        public String principalId() {
            return "certificate";
        }

        @Override
        public String sourceIp() {
            return "127.0.0.1";
        }

        @Override
        public String region() {
            return REGION;
        }

        @Override
        public void reply(String topic, byte[] payload) {
            throw new AssertionError("shadows answer by publishing");
        }
    }

    private final class Bus implements MessageBus {
        @Override
        public CompletableFuture<Void> publish(Message message) {
            published.add(message);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public Subscription subscribe(AccountId account, String topicFilter, Handler handler) {
            handlers.put(topicFilter, handler);
            return () -> handlers.remove(topicFilter);
        }
    }

    ShadowFixture(ShadowLimits limits, boolean immediate) {
        this.immediate = immediate;
        service =
                new ShadowService(
                        new ShadowService.Ports(
                                database,
                                time,
                                time,
                                new PageTokens(new byte[16]),
                                new Bus(),
                                this::execute),
                        AccountId.DEFAULT,
                        REGION,
                        limits);
    }

    ShadowFixture() {
        this(ShadowLimits.of(Profile.OPEN), true);
    }

    private void execute(Runnable task) {
        if (immediate) {
            task.run();
        } else {
            tasks.add(task);
        }
    }

    /// Runs what waits for a thread.
    void run() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    static Caller caller() {
        return new Caller(
                AccountId.DEFAULT,
                REGION,
                new Caller.Principal.ApiUser("admin", "AKIDEXAMPLE", true),
                "request-1",
                "127.0.0.1");
    }

    static Message message(String topic, String payload, @Nullable Publisher publisher) {
        return new Message(
                AccountId.DEFAULT,
                topic,
                payload.getBytes(StandardCharsets.UTF_8),
                1,
                false,
                MessageProperties.NONE,
                publisher,
                0);
    }

    /// Publishes below `$aws/things/` as a device does.
    CompletableFuture<Void> publish(String topic, String payload) {
        return publish(message("$aws/things/" + topic, payload, DEVICE));
    }

    CompletableFuture<Void> publish(Message message) {
        String[] levels = message.topic().split("/", -1);
        levels[2] = "+";
        if (levels.length == 7) {
            levels[5] = "+";
        }
        MessageBus.Handler handler = handlers.get(String.join("/", levels));
        if (handler == null) {
            throw new AssertionError("nobody listens on " + message.topic());
        }
        return handler.onMessage(message);
    }

    /// Updates by HTTPS.
    JsonNode update(String thing, @Nullable String shadow, String document) {
        return json(
                service.operations()
                        .updateThingShadow(
                                UpdateThingShadowRequest.builder()
                                        .thingName(thing)
                                        .shadowName(shadow)
                                        .payload(SdkBytes.fromUtf8String(document))
                                        .build(),
                                caller())
                        .payload()
                        .asByteArray());
    }

    /// What was published since the last time, as `topic below $aws/things/` and document.
    List<Map.Entry<String, JsonNode>> heard() {
        List<Map.Entry<String, JsonNode>> all = new ArrayList<>();
        for (Message message : published) {
            all.add(
                    Map.entry(
                            message.topic().substring("$aws/things/".length()),
                            json(message.payload())));
        }
        published.clear();
        return all;
    }

    static JsonNode json(byte[] text) {
        return ShadowJson.read(new String(text, StandardCharsets.UTF_8));
    }

    /// Apostrophes stand for quotes.
    static JsonNode json(String text) {
        return ShadowJson.read(text.replace('\'', '"'));
    }
}
