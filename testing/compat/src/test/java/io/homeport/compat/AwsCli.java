package io.homeport.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// AWS CLI with the configuration that the server writes.
final class AwsCli {
    private AwsCli() {}

    /// What AWS's programs are told by their environment. They try nothing twice.
    static Map<String, String> environment(TestServer server) {
        return Map.of(
                "AWS_CONFIG_FILE",
                server.endpoints().awsConfigFile().toString(),
                "AWS_SHARED_CREDENTIALS_FILE",
                server.endpoints().awsCredentialsFile().toString(),
                "AWS_MAX_ATTEMPTS",
                "1",
                "AWS_PAGER",
                "");
    }

    /// Runs `aws` with the arguments, against the server.
    static Program.Result run(TestServer server, String... arguments)
            throws IOException, InterruptedException {
        return run(server, environment(server), arguments);
    }

    /// The same in another environment.
    static Program.Result run(
            TestServer server, Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.addAll(List.of("aws", "--endpoint-url", server.endpoints().apiUrl()));
        command.addAll(List.of(arguments));
        return Program.run(environment, command);
    }

    /// What `aws` prints, which has to succeed.
    static String output(TestServer server, String... arguments)
            throws IOException, InterruptedException {
        Program.Result result = run(server, arguments);
        assertThat(result.exitCode()).as(result.errors()).isZero();
        return result.output();
    }
}
