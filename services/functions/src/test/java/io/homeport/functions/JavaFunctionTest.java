package io.homeport.functions;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A Java function on AWS's own runtime interface client.
class JavaFunctionTest {
    @TempDir Path directory;

    /// The function: this very class, put into a zip file.
    public static final class Handler
            implements RequestHandler<Map<String, Object>, Map<String, Object>> {
        @Override
        public Map<String, Object> handleRequest(Map<String, Object> event, Context context) {
            context.getLogger().log("logged " + event.get("a") + "\n");
            if (event.containsKey("bad")) {
                throw new IllegalStateException("no good");
            }
            Map<String, Object> answer = new TreeMap<>();
            answer.put("a", event.get("a"));
            answer.put("name", context.getFunctionName());
            answer.put("memory", context.getMemoryLimitInMB());
            return answer;
        }
    }

    @Test
    void aJavaFunctionRunsOnAwsRuntimeInterfaceClient() throws IOException {
        try (FunctionsFixture functions = new FunctionsFixture(directory)) {
            String file = Handler.class.getName().replace('.', '/') + ".class";
            byte[] code;
            try (InputStream in = Handler.class.getClassLoader().getResourceAsStream(file)) {
                assertThat(in).isNotNull();
                code = in.readAllBytes();
            }
            functions.create(
                    "java",
                    "java25",
                    Handler.class.getName() + "::handleRequest",
                    new Zips().add(file, 0100644, code).bytes(),
                    request -> request.memorySize(256));
            FunctionsFixture.Answer answer = functions.invoke("java", "{\"a\": 1}");
            assertThat(answer.text())
                    .as(answer.log())
                    .isEqualTo("{\"a\":1,\"memory\":256,\"name\":\"java\"}");
            assertThat(answer.log()).contains("logged 1\n");
            FunctionsFixture.Answer bad = functions.invoke("java", "{\"bad\": 1}");
            assertThat(bad.errorType()).isEqualTo("java.lang.IllegalStateException");
            assertThat(bad.errorMessage()).isEqualTo("no good");
        }
    }
}
