package io.homeport.functions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.homeport.core.Json;
import io.homeport.storage.Key;
import io.homeport.storage.Table;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.model.DeleteFunctionEventInvokeConfigRequest;
import software.amazon.awssdk.services.lambda.model.DeleteFunctionEventInvokeConfigResponse;
import software.amazon.awssdk.services.lambda.model.GetFunctionEventInvokeConfigRequest;
import software.amazon.awssdk.services.lambda.model.GetFunctionEventInvokeConfigResponse;
import software.amazon.awssdk.services.lambda.model.InvocationType;
import software.amazon.awssdk.services.lambda.model.InvokeRequest;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;
import software.amazon.awssdk.services.lambda.model.ListFunctionEventInvokeConfigsRequest;
import software.amazon.awssdk.services.lambda.model.ListFunctionEventInvokeConfigsResponse;
import software.amazon.awssdk.services.lambda.model.PutFunctionEventInvokeConfigRequest;
import software.amazon.awssdk.services.lambda.model.PutFunctionEventInvokeConfigResponse;
import software.amazon.awssdk.services.lambda.model.ResourceNotFoundException;
import software.amazon.awssdk.services.lambda.model.TooManyRequestsException;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionEventInvokeConfigRequest;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionEventInvokeConfigResponse;
import tools.jackson.databind.JsonNode;

/// Asynchronous invocations (AWS Lambda developer guide, "Asynchronous invocation").
class EventQueueTest {
    @TempDir Path directory;
    private final Receiver receiver = new Receiver();

    @BeforeAll
    static void needsPython() {
        Programs.require("python3");
    }

    @AfterEach
    void close() {
        receiver.close();
    }

    /// A function that tells of each attempt and fails as long as the event says so.
    private void flaky(FunctionsFixture functions, String name) {
        functions.python(
                name,
                receiver.python()
                        + """
                        def handler(event, context):
                            tell("%s " + context.aws_request_id)
                            if event.get("fail"):
                                raise ValueError("as told")
                            return "fine"
                        """
                                .formatted(name));
    }

    @Test
    void aFailingEventIsTriedTwiceMoreAfterOneAndTwoMinutes() {
        try (FunctionsFixture functions = new FunctionsFixture(directory)) {
            flaky(functions, "flaky");
            send(functions, "flaky", "{\"fail\": true}");
            String first = receiver.next();
            awaitAttempts(functions, 1);
            functions.time.advance(Duration.ofSeconds(61));
            assertThat(receiver.next()).as("the request id stays").isEqualTo(first);
            awaitAttempts(functions, 2);
            functions.time.advance(Duration.ofSeconds(121));
            assertThat(receiver.next()).isEqualTo(first);
            awaitTrue(() -> functions.service.statistics().droppedEvents() == 1);
            awaitTrue(() -> functions.service.statistics().waitingEvents() == 0);
        }
    }

    @Test
    void anEventThatWaitsSurvivesARestart() {
        try (FunctionsFixture functions = new FunctionsFixture(directory)) {
            flaky(functions, "flaky");
            send(functions, "flaky", "{\"fail\": true}");
            String first = receiver.next();
            awaitAttempts(functions, 1);
            try (FunctionsFixture restarted = functions.restarted()) {
                restarted.time.advance(Duration.ofSeconds(61));
                assertThat(receiver.next()).isEqualTo(first);
            }
        }
    }

    @Test
    void destinationsGetWhatSucceededAndWhatFailed() {
        try (FunctionsFixture functions = new FunctionsFixture(directory)) {
            flaky(functions, "flaky");
            functions.python(
                    "sink",
                    "import json\n"
                            + receiver.python()
                            + "def handler(event, context):\n    tell(json.dumps(event))\n");
            String sink = FunctionsFixture.arn("sink");
            functions.call(
                    PutFunctionEventInvokeConfigRequest.builder()
                            .functionName("flaky")
                            .maximumRetryAttempts(0)
                            .destinationConfig(d ->
                                    d.onSuccess(s -> s.destination(sink))
                                            .onFailure(f -> f.destination(sink)))
                            .build(),
                    PutFunctionEventInvokeConfigResponse.class);
            send(functions, "flaky", "{\"fail\": true}");
            String id = receiver.next().substring("flaky ".length());
            JsonNode failed = Json.MAPPER.readTree(receiver.next());
            assertThat(failed.at("/requestContext/requestId").asString()).isEqualTo(id);
            assertThat(failed.at("/requestContext/condition").asString())
                    .isEqualTo("RetriesExhausted");
            assertThat(failed.at("/requestPayload/fail").asBoolean()).isTrue();
            assertThat(failed.at("/responsePayload/errorType").asString()).isEqualTo("ValueError");
            send(functions, "flaky", "{}");
            receiver.next();
            JsonNode succeeded = Json.MAPPER.readTree(receiver.next());
            assertThat(succeeded.at("/requestContext/condition").asString()).isEqualTo("Success");
            assertThat(succeeded.at("/responsePayload").asString()).isEqualTo("fine");
        }
    }

    @Test
    void settingsAreKeptAndRemoved() {
        try (FunctionsFixture functions = new FunctionsFixture(directory)) {
            functions.python("f", "");
            assertThatThrownBy(() -> settings(functions))
                    .isInstanceOf(ResourceNotFoundException.class)
                    .hasMessageContaining("doesn't have an EventInvokeConfig");
            functions.call(
                    PutFunctionEventInvokeConfigRequest.builder()
                            .functionName("f")
                            .maximumRetryAttempts(1)
                            .build(),
                    PutFunctionEventInvokeConfigResponse.class);
            functions.call(
                    UpdateFunctionEventInvokeConfigRequest.builder()
                            .functionName("f")
                            .maximumEventAgeInSeconds(60)
                            .build(),
                    UpdateFunctionEventInvokeConfigResponse.class);
            assertThat(settings(functions).maximumRetryAttempts()).isEqualTo(1);
            assertThat(settings(functions).maximumEventAgeInSeconds()).isEqualTo(60);
            assertThat(
                            functions
                                    .call(
                                            ListFunctionEventInvokeConfigsRequest.builder()
                                                    .functionName("f")
                                                    .build(),
                                            ListFunctionEventInvokeConfigsResponse.class)
                                    .functionEventInvokeConfigs())
                    .hasSize(1);
            functions.call(
                    DeleteFunctionEventInvokeConfigRequest.builder().functionName("f").build(),
                    DeleteFunctionEventInvokeConfigResponse.class);
            assertThatThrownBy(() -> settings(functions))
                    .isInstanceOf(ResourceNotFoundException.class);
        }
    }

    @Test
    void theQueueIsBoundedAndKnowsItsFunctions() {
        FunctionLimits limits = SmallLimits.of(100, 10, 1 << 20, 1);
        try (FunctionsFixture functions =
                new FunctionsFixture(directory, limits, System.getenv("PATH"))) {
            flaky(functions, "flaky");
            assertThatThrownBy(() -> send(functions, "nobody", "{}"))
                    .isInstanceOf(ResourceNotFoundException.class);
            send(functions, "flaky", "{\"fail\": true}");
            receiver.next();
            assertThatThrownBy(() -> send(functions, "flaky", "{}"))
                    .isInstanceOf(TooManyRequestsException.class);
        }
    }

    private static void send(FunctionsFixture functions, String name, String payload) {
        InvokeResponse accepted =
                functions.call(
                        InvokeRequest.builder()
                                .functionName(name)
                                .invocationType(InvocationType.EVENT)
                                .payload(SdkBytes.fromUtf8String(payload))
                                .build(),
                        InvokeResponse.class);
        assertThat(accepted.statusCode()).isEqualTo(202);
    }

    private static GetFunctionEventInvokeConfigResponse settings(FunctionsFixture functions) {
        return functions.call(
                GetFunctionEventInvokeConfigRequest.builder().functionName("f").build(),
                GetFunctionEventInvokeConfigResponse.class);
    }

    private static void awaitAttempts(FunctionsFixture functions, int attempts) {
        Table<EventRecord> events = new Table<>("functions.events", EventRecord.class);
        awaitTrue(() ->
                functions.database.read(view ->
                        events.list(view, Key.EMPTY, null, 10).stream()
                                .anyMatch(row -> row.value().attempts() == attempts)));
    }

    private static void awaitTrue(BooleanSupplier condition) {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("it did not happen");
            }
            LockSupport.parkNanos(5_000_000);
        }
    }
}
