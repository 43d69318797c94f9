package io.homeport.functions;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Node.js functions in real processes. AWS Lambda developer guide, "Define Lambda function handler
/// in Node.js".
class NodeFunctionTest {
    @TempDir Path directory;
    private FunctionsFixture functions;

    @BeforeAll
    static void needsNode() {
        Programs.require("node");
    }

    @BeforeEach
    void open() {
        functions = new FunctionsFixture(directory);
    }

    @AfterEach
    void close() {
        functions.close();
    }

    @Test
    void handlersReturnPromisesOrCallBack() {
        functions.node(
                "mixed",
                "index.js",
                """
                const events = require('node:events');
                exports.handler = (event, context, callback) => {
                  switch (event.how) {
                    case 'promise': return Promise.resolve({ id: context.awsRequestId.length, e: event });
                    case 'callback': setTimeout(() => callback(null, 'called back'), 5); return;
                    case 'nothing': return;
                    case 'throw': throw new TypeError('thrown');
                    case 'reject': return Promise.reject(new RangeError('rejected'));
                    case 'fail': callback('only text'); return;
                  }
                };
                """);
        FunctionsFixture.Answer promise = functions.invoke("mixed", "{\"how\": \"promise\"}");
        assertThat(promise.text()).isEqualTo("{\"id\":36,\"e\":{\"how\":\"promise\"}}");
        assertThat(functions.invoke("mixed", "{\"how\": \"callback\"}").text())
                .isEqualTo("\"called back\"");
        assertThat(functions.invoke("mixed", "{\"how\": \"nothing\"}").text()).isEqualTo("null");
        FunctionsFixture.Answer thrown = functions.invoke("mixed", "{\"how\": \"throw\"}");
        assertThat(thrown.response().functionError()).isEqualTo("Unhandled");
        assertThat(thrown.errorType()).isEqualTo("TypeError");
        assertThat(thrown.errorMessage()).isEqualTo("thrown");
        assertThat(thrown.json().get("trace").get(0).asString()).isEqualTo("TypeError: thrown");
        assertThat(thrown.log()).contains("\tERROR\tInvoke Error \t{\"errorType\":\"TypeError\"");
        assertThat(functions.invoke("mixed", "{\"how\": \"reject\"}").errorType())
                .isEqualTo("RangeError");
        assertThat(functions.invoke("mixed", "{\"how\": \"fail\"}").text())
                .isEqualTo(
                        "{\"errorType\":\"string\",\"errorMessage\":\"only text\",\"trace\":[]}");
        assertThat(functions.invoke("mixed", "{\"how\": \"promise\"}").log())
                .as("it is still the first process")
                .doesNotContain("Init Duration");
    }

    @Test
    void modulesAreLoadedByTheirKind() {
        functions.node(
                "esm",
                "index.mjs",
                """
                import path from 'node:path';
                console.log('loaded', path.sep);
                export const handler = async (event) => { console.info('got', event); return 1; };
                """);
        FunctionsFixture.Answer esm = functions.invoke("esm", "{\"a\":2}");
        assertThat(esm.text()).isEqualTo("1");
        assertThat(esm.log())
                .contains("\tINFO\tloaded /\n")
                .containsPattern("\\S+Z\t[0-9a-f-]{36}\tINFO\tgot \\{ a: 2 }\n");
        byte[] zip =
                new Zips()
                        .add("package.json", 0100644, "{\"type\": \"module\"}")
                        .add("src/app.js", 0100644, "export const a = { b: async () => 'deep' };")
                        .bytes();
        functions.create("typed", "nodejs22.x", "src/app.a.b", zip, request -> {});
        assertThat(functions.invoke("typed", "{}").text()).isEqualTo("\"deep\"");
    }

    @Test
    void whatGoesWrongOutsideOfTheHandlerIsTold() {
        functions.node("lost", "index.js", "require('nowhere-at-all');");
        FunctionsFixture.Answer lost = functions.invoke("lost", "{}");
        assertThat(lost.errorType()).isEqualTo("Runtime.ImportModuleError");
        assertThat(lost.errorMessage()).contains("Cannot find module 'nowhere-at-all'");
        functions.node("none", "index.js", "exports.other = 1;");
        assertThat(functions.invoke("none", "{}").errorMessage())
                .isEqualTo("index.handler is undefined or not exported");
        functions.node(
                "late",
                "index.js",
                """
                exports.handler = (event, context, callback) => {
                  if (event.exit) process.exit(7);
                  if (event.reject) Promise.reject(new Error('unheard'));
                  else setTimeout(() => { throw new Error('too late'); }, 1);
                  setTimeout(() => callback(null, 'never'), 10000);
                };
                """);
        assertThat(functions.invoke("late", "{}").errorMessage()).isEqualTo("too late");
        assertThat(functions.invoke("late", "{\"reject\": 1}").errorType())
                .isEqualTo("Runtime.UnhandledPromiseRejection");
        assertThat(functions.invoke("late", "{\"exit\": 1}").errorMessage())
                .endsWith("Runtime exited with error: exit status 7");
    }
}
