package io.homeport.functions;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionConfigurationRequest;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionConfigurationResponse;
import tools.jackson.databind.JsonNode;

/// Python functions in real processes. Error documents and log lines: AWS Lambda developer guide,
/// "Lambda function errors and exceptions in Python" and "Log and monitor Python Lambda functions".
class PythonFunctionTest {
    @TempDir Path directory;
    private FunctionsFixture functions;

    @BeforeAll
    static void needsPython() {
        Programs.require("python3");
    }

    @BeforeEach
    void open() {
        functions = new FunctionsFixture(directory);
    }

    @AfterEach
    void close() {
        functions.close();
    }

    // What the server gives ends before processes do: credentials of a role, for example.
    @Test
    void aProcessGetsNoFurtherInvocationOnceItsVariablesNoLongerHold() {
        functions.variables.put("SHARED", "1");
        functions.python(
                "reader",
                """
                import os
                def handler(event, context):
                    return [os.environ["SHARED"], os.environ["GIVEN_FOR"], os.getpid()]
                """);
        JsonNode first = functions.invoke("reader", "{}").json();
        assertThat(first.get(0).asString()).isEqualTo("1");
        assertThat(first.get(1).asString())
                .isEqualTo(FunctionsFixture.arn("reader") + " " + FunctionsFixture.ROLE);
        assertThat(functions.invoke("reader", "{}").json()).isEqualTo(first);
        functions.variables.put("SHARED", "2");
        assertThat(functions.invoke("reader", "{}").json().get(0).asString()).isEqualTo("2");
    }

    @Test
    void aFunctionSeesItsEventContextAndEnvironment() {
        functions.create(
                "echo",
                "python3.12",
                "main.handler",
                Zips.of(
                        "main.py",
                        """
                        import os
                        def handler(event, context):
                            return {"event": event, "name": context.function_name,
                                    "arn": context.invoked_function_arn,
                                    "version": context.function_version,
                                    "memory": context.memory_limit_in_mb,
                                    "left": context.get_remaining_time_in_millis(),
                                    "id": context.aws_request_id,
                                    "region": os.environ["AWS_REGION"],
                                    "own": os.environ["OWN"], "shared": os.environ["SHARED"],
                                    "task": os.environ["LAMBDA_TASK_ROOT"] == os.getcwd(),
                                    "leak": "JAVA_HOME" in os.environ or "USER" in os.environ}
                        """),
                request ->
                        request.memorySize(256).environment(e -> e.variables(Map.of("OWN", "1"))));
        functions.variables.put("SHARED", "2");
        FunctionsFixture.Answer answer = functions.invoke("echo", "{\"a\": [1, \"é\"]}");
        assertThat(answer.failed()).as(answer.text()).isFalse();
        assertThat(answer.json().get("event").toString()).isEqualTo("{\"a\":[1,\"é\"]}");
        assertThat(answer.json().get("arn").asString()).isEqualTo(FunctionsFixture.arn("echo"));
        assertThat(answer.json().get("version").asString()).isEqualTo("$LATEST");
        assertThat(answer.json().get("memory").asString()).isEqualTo("256");
        assertThat(answer.json().get("left").asInt()).isBetween(1, 20_000);
        assertThat(answer.json().get("own").asString()).isEqualTo("1");
        assertThat(answer.json().get("shared").asString()).isEqualTo("2");
        assertThat(answer.json().get("task").asBoolean()).isTrue();
        assertThat(answer.json().get("leak").asBoolean()).isFalse();
        assertThat(answer.response().executedVersion()).isEqualTo("$LATEST");
        String id = answer.json().get("id").asString();
        assertThat(answer.log())
                .startsWith("START RequestId: " + id + " Version: $LATEST\n")
                .contains("END RequestId: " + id + "\n")
                .containsPattern(
                        "REPORT RequestId: "
                                + id
                                + "\tDuration: [0-9.]+ ms\tBilled Duration: \\d+ ms\tMemory Size:"
                                + " 256 MB\tMax Memory Used: [1-9]\\d* MB\tInit Duration: [0-9.]+"
                                + " ms");
    }

    @Test
    void aWarmProcessIsUsedAgainAndAChangeEndsIt() {
        functions.python(
                "count", "n = 0\ndef handler(e, c):\n    global n\n    n += 1\n    return n\n");
        assertThat(functions.invoke("count", "{}").text()).isEqualTo("1");
        FunctionsFixture.Answer second = functions.invoke("count", "{}");
        assertThat(second.text()).isEqualTo("2");
        assertThat(second.log()).doesNotContain("Init Duration");
        functions.call(
                UpdateFunctionConfigurationRequest.builder()
                        .functionName("count")
                        .timeout(5)
                        .build(),
                UpdateFunctionConfigurationResponse.class);
        assertThat(functions.invoke("count", "{}").text()).isEqualTo("1");
    }

    @Test
    void anExceptionIsTheFunctionsErrorAndTheProcessLives() {
        functions.python(
                "picky",
                """
                import logging
                def handler(event, context):
                    print("before")
                    logging.warning("careful")
                    if event.get("bad"):
                        raise ValueError("no such thing")
                    return {1, 2} if event.get("set") else "fine"
                """);
        FunctionsFixture.Answer bad = functions.invoke("picky", "{\"bad\": true}");
        assertThat(bad.response().functionError()).isEqualTo("Unhandled");
        assertThat(bad.response().statusCode()).isEqualTo(200);
        assertThat(bad.errorType()).isEqualTo("ValueError");
        assertThat(bad.errorMessage()).isEqualTo("no such thing");
        assertThat(bad.json().get("stackTrace").get(0).asString())
                .contains("main.py\", line 6, in handler");
        assertThat(bad.log())
                .contains("before\n")
                .containsPattern("\\[WARNING\\]\t\\S+Z\t[0-9a-f-]{36}\tcareful\n")
                .contains("[ERROR] ValueError: no such thing\nTraceback");
        assertThat(functions.invoke("picky", "{\"set\": true}").errorType())
                .isEqualTo("Runtime.MarshalError");
        FunctionsFixture.Answer good = functions.invoke("picky", "{}");
        assertThat(good.text()).isEqualTo("\"fine\"");
        assertThat(good.log()).as("the process lives").doesNotContain("Init Duration");
    }

    @Test
    void codeThatCanNotBeLoadedSaysWhy() {
        functions.python("lost", "import nowhere_at_all\n");
        FunctionsFixture.Answer lost = functions.invoke("lost", "{}");
        assertThat(lost.errorType()).isEqualTo("Runtime.ImportModuleError");
        assertThat(lost.errorMessage())
                .isEqualTo("Unable to import module 'main': No module named 'nowhere_at_all'");
        functions.python("broken", "def handler(:\n");
        assertThat(functions.invoke("broken", "{}").errorType())
                .isEqualTo("Runtime.UserCodeSyntaxError");
        functions.python("empty", "");
        assertThat(functions.invoke("empty", "{}").errorMessage())
                .isEqualTo("Handler 'handler' missing on module 'main'");
    }

    @Test
    void aHangEndsAtTheTimeoutWithItsChildrenAndTheNextInvocationIsWell() throws Exception {
        functions.create(
                "hang",
                "python3.12",
                "main.handler",
                Zips.of(
                        "main.py",
                        """
                        import subprocess, time
                        child = subprocess.Popen(["sleep", "600"])
                        print("child", child.pid)
                        def handler(event, context):
                            if event.get("hang"):
                                time.sleep(600)
                            return "well"
                        """),
                request -> request.timeout(1));
        FunctionsFixture.Answer hung = functions.invoke("hang", "{\"hang\": true}");
        assertThat(hung.errorType()).isEqualTo("Sandbox.Timedout");
        assertThat(hung.errorMessage()).endsWith("Error: Task timed out after 1.00 seconds");
        assertThat(hung.log())
                .contains(" Task timed out after 1.00 seconds\n")
                .contains("Status: timeout");
        String pid =
                hung.log().lines().filter(l -> l.startsWith("child ")).findFirst().orElseThrow();
        ProcessHandle.of(Long.parseLong(pid.substring(6)))
                .map(ProcessHandle::onExit)
                .orElse(CompletableFuture.completedFuture(null))
                .get(20, TimeUnit.SECONDS);
        assertThat(functions.invoke("hang", "{}").text()).isEqualTo("\"well\"");
    }

    @Test
    void aCrashHurtsItsInvocationAlone() {
        functions.python(
                "crash",
                """
                import os, signal
                def handler(event, context):
                    if "exit" in event:
                        os._exit(event["exit"])
                    if "signal" in event:
                        os.kill(os.getpid(), event["signal"])
                    return "well"
                """);
        FunctionsFixture.Answer exited = functions.invoke("crash", "{\"exit\": 3}");
        assertThat(exited.errorType()).isEqualTo("Runtime.ExitError");
        assertThat(exited.errorMessage()).endsWith("Runtime exited with error: exit status 3");
        assertThat(functions.invoke("crash", "{\"exit\": 0}").errorMessage())
                .endsWith("Runtime exited without providing a reason");
        assertThat(functions.invoke("crash", "{\"signal\": 11}").errorMessage())
                .endsWith("Runtime exited with error: signal: segmentation fault");
        assertThat(functions.invoke("crash", "{}").text()).isEqualTo("\"well\"");
    }

    @Test
    void tooMuchMemoryEndsTheProcess() {
        Assumptions.assumeTrue(
                Files.isDirectory(Path.of("/proc/self")), "memory is watched through /proc");
        functions.python(
                "greedy",
                """
                import time
                def handler(event, context):
                    hoard = bytearray(200 << 20)
                    time.sleep(15)
                    return len(hoard)
                """);
        FunctionsFixture.Answer greedy = functions.invoke("greedy", "{}");
        assertThat(greedy.errorType()).isEqualTo("Runtime.OutOfMemory");
        assertThat(greedy.errorMessage()).endsWith("Runtime exited with error: signal: killed");
        assertThat(greedy.log()).contains("Error Type: Runtime.OutOfMemory");
    }

    @Test
    void outputAndResultsAreBounded() {
        functions.python(
                "chatty",
                """
                def handler(event, context):
                    for i in range(event["lines"]):
                        print("x" * 1000)
                    return "y" * event["result"]
                """);
        FunctionsFixture.Answer chatty =
                functions.invoke("chatty", "{\"lines\": 5000, \"result\": 1}");
        assertThat(chatty.text()).isEqualTo("\"y\"");
        assertThat(chatty.log()).hasSizeLessThanOrEqualTo(4096).contains("REPORT");
        assertThat(
                        String.join(
                                "\n",
                                functions.service.log(
                                        FunctionsFixture.caller().account(),
                                        FunctionsFixture.REGION,
                                        "chatty",
                                        9999)))
                .contains("prints beyond 1048576 bytes is dropped")
                .hasSizeLessThan(1_300_000);
        assertThat(functions.invoke("chatty", "{\"lines\": 0, \"result\": 7000000}").errorType())
                .isEqualTo("Function.ResponseSizeTooLarge");
        assertThat(functions.invoke("chatty", "{\"lines\": 0, \"result\": 6000000}").failed())
                .isFalse();
    }
}
