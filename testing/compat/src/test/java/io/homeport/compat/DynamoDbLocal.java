package io.homeport.compat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// AWS's DynamoDB Local, with the libraries that the module testing/receivers has fetched.
final class DynamoDbLocal {
    private DynamoDbLocal() {}

    /// Starts one with its tables in memory, or skips the test where it was not fetched.
    static ForeignServer start() throws IOException {
        Path libraries = Path.of("..", "receivers", "target", "dynamodb").toAbsolutePath();
        return ForeignServer.start(
                "DynamoDB Local",
                libraries,
                port ->
                        List.of(
                                "--enable-native-access=ALL-UNNAMED",
                                "-Dsqlite4java.library.path=" + libraries,
                                "com.amazonaws.services.dynamodbv2.local.main.ServerRunner",
                                "-inMemory",
                                "-disableTelemetry",
                                "-port",
                                Integer.toString(port)));
    }
}
