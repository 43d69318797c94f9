package io.homeport.shadow;

import io.homeport.core.AccountId;
import io.homeport.core.Message;
import io.homeport.core.MessageBus;
import io.homeport.core.Publisher;
import io.homeport.shadow.ShadowRequest.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// Takes requests from the reserved topics (AWS IoT developer guide, "Device Shadow MQTT topics").
/// Thread-safe; never blocks.
final class ShadowTopics implements AutoCloseable {
    private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

    private final ShadowEngine engine;
    private final ShadowThrottle throttle;
    private final String region;
    private final List<MessageBus.Subscription> subscriptions = new ArrayList<>();

    /// @param region of messages that come from no connection
    ShadowTopics(
            MessageBus bus,
            AccountId account,
            String region,
            ShadowEngine engine,
            ShadowThrottle throttle) {
        this.engine = engine;
        this.throttle = throttle;
        this.region = region;
        for (Operation operation : Operation.values()) {
            for (String shadow : List.of("shadow", "shadow/name/+")) {
                subscriptions.add(
                        bus.subscribe(
                                account,
                                "$aws/things/+/" + shadow + "/" + operation.topicLevel(),
                                message -> take(message, operation)));
            }
        }
    }

    /// The future is done once the request is answered, so that a QoS 1 update is acknowledged when
    /// it is stored.
    private CompletableFuture<Void> take(Message message, Operation operation) {
        if (message.isWill()) {
            // Developer guide, "Detecting if a device is connected": the service ignores wills.
            return DONE;
        }
        String[] levels = message.topic().split("/", -1);
        Publisher publisher = message.publisher();
        ShadowRequest request =
                new ShadowRequest(
                        ShadowId.of(
                                message.account(),
                                publisher == null ? region : publisher.region(),
                                levels[2],
                                levels.length == 7 ? levels[5] : null),
                        operation,
                        message.payload(),
                        true,
                        new CompletableFuture<>());
        ShadowRefusal refusal = refusal(request, publisher);
        if (refusal == null) {
            engine.submit(request);
        } else {
            engine.refuse(request, refusal);
        }
        return done(request.answer());
    }

    /// Fails as the store did, so that the broker tells what to say to the client.
    private static CompletableFuture<Void> done(CompletableFuture<ShadowRequest.Answer> answer) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        answer.whenComplete((_, failure) -> {
            if (failure == null) {
                done.complete(null);
            } else {
                done.completeExceptionally(failure);
            }
        });
        return done;
    }

    private @Nullable ShadowRefusal refusal(ShadowRequest request, @Nullable Publisher publisher) {
        String problem = request.shadow().problem();
        if (problem != null) {
            return ShadowRefusal.invalid(problem, null);
        }
        ShadowRefusal tooFast = throttle.refusal(request.shadow());
        return tooFast != null || publisher == null
                ? tooFast
                : throttle.inFlight(publisher.clientId(), request);
    }

    @Override
    public void close() {
        subscriptions.forEach(MessageBus.Subscription::close);
    }
}
