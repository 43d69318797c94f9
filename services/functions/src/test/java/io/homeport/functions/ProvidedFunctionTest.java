package io.homeport.functions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.homeport.core.Profile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.lambda.model.InvalidParameterValueException;
import software.amazon.awssdk.services.lambda.model.InvalidRuntimeException;

/// Functions that bring their own runtime, code in folders, and what this machine can't run.
class ProvidedFunctionTest {
    /// AWS Lambda developer guide, "Tutorial: Building a custom runtime", in our own words.
    private static final String BOOTSTRAP =
            """
            #!/bin/sh
            base=http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime
            while true; do
              event=$(curl -sS -D "$TMPDIR/head" "$base/invocation/next") || exit 0
              id=$(tr -d '\\r' < "$TMPDIR/head" | sed -n 's/^Lambda-Runtime-Aws-Request-Id: //p')
              echo "got $event" >&2
              printf '{"handler":"%s","event":%s}' "$_HANDLER" "$event" |
                curl -sS -H 'Transfer-Encoding: chunked' --data-binary @- \\
                  "$base/invocation/$id/response" > /dev/null
            done
            """;

    @TempDir Path directory;
    @TempDir Path code;

    @Test
    void anExecutableBootstrapSpeaksTheRuntimeApi() {
        Programs.require("curl");
        try (FunctionsFixture functions = new FunctionsFixture(directory)) {
            byte[] zip = new Zips().add("bootstrap", 0100755, BOOTSTRAP).bytes();
            functions.create("own", "provided.al2023", "any.thing", zip, request -> {});
            for (int i = 0; i < 2; i++) {
                FunctionsFixture.Answer answer = functions.invoke("own", "{\"a\": 1}");
                assertThat(answer.text())
                        .isEqualTo("{\"handler\":\"any.thing\",\"event\":{\"a\": 1}}");
                assertThat(answer.log()).contains("got {\"a\": 1}\n");
            }
            byte[] plain = new Zips().add("bootstrap", 0100644, BOOTSTRAP).bytes();
            functions.create("plain", "provided.al2023", "any", plain, request -> {});
            assertThatThrownBy(() -> functions.invoke("plain", "{}"))
                    .isInstanceOf(InvalidRuntimeException.class)
                    .hasMessageContaining("the file 'bootstrap' isn't executable");
        }
    }

    @Test
    void aFolderIsUsedAsItIsAndChangesCountAtOnce() throws Exception {
        Programs.require("python3");
        Files.writeString(code.resolve("main.py"), "def handler(e, c): return 'first'");
        try (FunctionsFixture functions = new FunctionsFixture(directory)) {
            functions.create(
                    "live",
                    "python3.12",
                    "main.handler",
                    new byte[0],
                    request -> request.code(c -> c.s3Bucket("hot-reload").s3Key(code.toString())));
            assertThat(functions.invoke("live", "{}").text()).isEqualTo("\"first\"");
            Files.writeString(code.resolve("main.py"), "def handler(e, c): return 'the second'");
            assertThat(functions.invoke("live", "{}").text()).isEqualTo("\"the second\"");
            assertThatThrownBy(() ->
                            functions.create(
                                    "elsewhere",
                                    "python3.12",
                                    "main.handler",
                                    new byte[0],
                                    request -> request.code(c -> c.s3Bucket("mine").s3Key("k"))))
                    .isInstanceOf(InvalidParameterValueException.class)
                    .hasMessageContaining("S3Bucket hot-reload");
        }
    }

    @Test
    void whatThisMachineCanNotRunIsNamed() {
        FunctionLimits limits = FunctionLimits.of(Profile.OPEN);
        try (FunctionsFixture functions =
                new FunctionsFixture(directory, limits, code.toString())) {
            functions.python("p", "");
            assertThatThrownBy(() -> functions.invoke("p", "{}"))
                    .isInstanceOf(InvalidRuntimeException.class)
                    .hasMessageContaining("no program python3.12 or python3");
            assertThatThrownBy(() ->
                            functions.create(
                                    "r", "ruby3.3", "a.b", Zips.of("a.rb", ""), request -> {}))
                    .isInstanceOf(InvalidParameterValueException.class)
                    .hasMessageContaining("not of ruby3.3");
        }
    }
}
