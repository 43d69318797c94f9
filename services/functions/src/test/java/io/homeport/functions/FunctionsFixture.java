package io.homeport.functions;

import io.homeport.aws.Caller;
import io.homeport.aws.Operation;
import io.homeport.aws.OperationTable;
import io.homeport.aws.PageTokens;
import io.homeport.core.AccountId;
import io.homeport.core.Json;
import io.homeport.core.Profile;
import io.homeport.core.SystemTimers;
import io.homeport.storage.Database;
import io.homeport.storage.MemoryStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.lambda.model.CreateFunctionRequest;
import software.amazon.awssdk.services.lambda.model.InvokeRequest;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;
import software.amazon.awssdk.utils.builder.SdkBuilder;
import tools.jackson.databind.JsonNode;

/// Functions over a memory store and real processes, with a clock that can be moved forward.
final class FunctionsFixture implements AutoCloseable {
    static final String REGION = "eu-west-1";
    static final String ROLE = "arn:aws:iam::000000000000:role/any";

    static final String UNTRUSTING = "arn:aws:iam::000000000000:role/untrusting";

    final SystemTimers time = new SystemTimers();
    final Database database;
    final Map<String, String> variables = new HashMap<>();
    final FunctionsService service;
    private final Table operations = new Table();
    private final Path directory;

    FunctionsFixture(Path directory) {
        this(directory, FunctionLimits.of(Profile.OPEN), System.getenv("PATH"));
    }

    FunctionsFixture(Path directory, FunctionLimits limits, String searchPath) {
        this(directory, limits, searchPath, new Database(new MemoryStore()));
    }

    private FunctionsFixture(
            Path directory, FunctionLimits limits, String searchPath, Database database) {
        this.directory = directory;
        this.database = database;
        service =
                new FunctionsService(
                        new FunctionsService.Ports(
                                database,
                                time,
                                time.machineClock(),
                                time,
                                new Random(),
                                new PageTokens(new byte[16]),
                                directory,
                                searchPath,
                                new Roles(),
                                (account, region, function, version) ->
                                        "http://localhost/" + function + "/" + version),
                        limits);
        service.register(operations);
        service.start();
    }

    /// Every role will do but the refused one.
    private final class Roles implements FunctionsService.Variables {
        @Override
        public FunctionsService.Given of(AccountId account, String functionArn, String role) {
            Map<String, String> given = new HashMap<>(variables);
            given.put("GIVEN_FOR", functionArn + " " + role);
            Map<String, String> made = Map.copyOf(variables);
            return new FunctionsService.Given(given, () -> made.equals(variables));
        }

        @Override
        public boolean assumable(AccountId account, String functionArn, String role) {
            return !role.equals(UNTRUSTING);
        }
    }

    /// Closes this one, and starts anew with what it has stored.
    FunctionsFixture restarted() {
        close();
        return new FunctionsFixture(
                directory, FunctionLimits.of(Profile.OPEN), System.getenv("PATH"), database);
    }

    static Caller caller() {
        return new Caller(
                AccountId.DEFAULT,
                REGION,
                new Caller.Principal.ApiUser("admin", "AKIDEXAMPLE", true),
                UUID.randomUUID().toString(),
                "127.0.0.1");
    }

    static String arn(String function) {
        return "arn:aws:lambda:" + REGION + ":000000000000:function:" + function;
    }

    /// Calls an operation as the API door does.
    <R> R call(SdkPojo request, Class<R> type) {
        return type.cast(operations.call(request, caller()));
    }

    /// Makes a Python function of one file.
    void python(String name, String code) {
        create(name, "python3.12", "main.handler", Zips.of("main.py", code), request -> {});
    }

    /// Makes a Node.js function of one file.
    void node(String name, String file, String code) {
        String handler = file.substring(0, file.indexOf('.')) + ".handler";
        create(name, "nodejs20.x", handler, Zips.of(file, code), request -> {});
    }

    void create(
            String name,
            String runtime,
            String handler,
            byte[] zip,
            Consumer<CreateFunctionRequest.Builder> more) {
        CreateFunctionRequest.Builder request =
                CreateFunctionRequest.builder()
                        .functionName(name)
                        .runtime(runtime)
                        .handler(handler)
                        .role(ROLE)
                        .timeout(20)
                        .code(c -> c.zipFile(SdkBytes.fromByteArray(zip)));
        more.accept(request);
        operations.call(request.build(), caller());
    }

    Answer invoke(String function, String payload) {
        return invoke(InvokeRequest.builder().functionName(function), payload);
    }

    Answer invoke(InvokeRequest.Builder request, String payload) {
        InvokeResponse response =
                call(
                        request.payload(SdkBytes.fromUtf8String(payload)).logType("Tail").build(),
                        InvokeResponse.class);
        return new Answer(response);
    }

    /// What an invocation answered.
    record Answer(InvokeResponse response) {
        JsonNode json() {
            return Json.MAPPER.readTree(response.payload().asByteArray());
        }

        String text() {
            return response.payload().asUtf8String();
        }

        boolean failed() {
            return response.functionError() != null;
        }

        String errorType() {
            return json().path("errorType").asString();
        }

        String errorMessage() {
            return json().path("errorMessage").asString();
        }

        String log() {
            return new String(
                    Base64.getDecoder().decode(response.logResult()), StandardCharsets.UTF_8);
        }
    }

    @Override
    public void close() {
        service.close();
        time.close();
    }

    private static final class Table implements OperationTable {
        private final Map<Class<?>, Operation<SdkPojo, SdkPojo>> operations = new HashMap<>();

        @Override
        public <B extends SdkBuilder<B, Q> & SdkPojo, Q, R extends SdkPojo> OperationTable add(
                Class<Q> requestType, Supplier<B> requestBuilder, Operation<Q, R> operation) {
            operations.put(
                    requestType,
                    (request, caller) -> {
                        // The key is this very type.
                        @SuppressWarnings("unchecked")
                        Q typed = (Q) request;
                        return operation.call(typed, caller);
                    });
            return this;
        }

        SdkPojo call(SdkPojo request, Caller caller) {
            Operation<SdkPojo, SdkPojo> operation = operations.get(request.getClass());
            if (operation == null) {
                throw new AssertionError(request.getClass() + " isn't registered");
            }
            return operation.call(request, caller);
        }
    }
}
