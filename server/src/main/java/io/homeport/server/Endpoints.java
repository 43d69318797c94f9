package io.homeport.server;

import io.homeport.core.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Where a running server listens and what a client needs to reach it; written to `endpoints.json`
/// in the data directory. Immutable.
///
/// @param mqttPort -1 where plain MQTT is off
/// @param apiUrl base of the AWS API, for `--endpoint-url`
public record Endpoints(
        String host,
        int apiPort,
        int mqttsPort,
        int httpsPort,
        int mqttPort,
        String apiUrl,
        String accountId,
        String region,
        Path caFile,
        Path awsConfigFile,
        Path awsCredentialsFile,
        long pid) {

    static final String FILE = "endpoints.json";

    /// Takes the last run's file away, so that whoever waits for it waits for this run.
    static void remove(Path dataDir) throws IOException {
        Files.deleteIfExists(dataDir.resolve(FILE));
    }

    /// Lines for a shell that make the AWS CLI talk to this server.
    List<String> awsCliLines() {
        return List.of(
                "export AWS_CONFIG_FILE=" + quoted(awsConfigFile),
                "export AWS_SHARED_CREDENTIALS_FILE=" + quoted(awsCredentialsFile),
                "aws --endpoint-url " + apiUrl + " iot create-thing --thing-name lamp",
                "aws --endpoint-url " + apiUrl + " iot list-things");
    }

    /// For a shell: in quotes where it has spaces or the like.
    private static String quoted(Path path) {
        String text = path.toString();
        return text.matches("[A-Za-z0-9_./~+@%,:-]*")
                ? text
                : "'" + text.replace("'", "'\\''") + "'";
    }

    /// Writes `endpoints.json`, in one step for readers.
    void write(Path dataDir) throws IOException {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("host", host);
        json.put("apiPort", apiPort);
        json.put("mqttsPort", mqttsPort);
        json.put("httpsPort", httpsPort);
        json.put("mqttPort", mqttPort < 0 ? null : mqttPort);
        json.put("apiUrl", apiUrl);
        json.put("accountId", accountId);
        json.put("region", region);
        json.put("caFile", caFile.toString());
        json.put("awsConfigFile", awsConfigFile.toString());
        json.put("awsCredentialsFile", awsCredentialsFile.toString());
        json.put("pid", pid);
        Path part = dataDir.resolve(FILE + ".part");
        Files.writeString(
                part, Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n");
        Files.move(
                part,
                dataDir.resolve(FILE),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }
}
