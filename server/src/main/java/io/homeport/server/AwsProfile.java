package io.homeport.server;

import io.homeport.gateway.GatewayPorts;
import io.homeport.identity.LocalAuthority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/// Writes the configuration that makes the AWS CLI and SDKs talk to this server: `aws/config` and
/// `aws/credentials` in the data directory.
final class AwsProfile {
    private AwsProfile() {}

    /// Writes both files and returns where everything listens.
    static Endpoints write(Settings settings, GatewayPorts ports, LocalAuthority authority)
            throws IOException {
        Path folder = settings.dataDir().resolve("aws");
        Files.createDirectories(folder);
        Path config = folder.resolve("config");
        Path credentials = folder.resolve("credentials");
        writePrivately(
                credentials,
                """
                [default]
                aws_access_key_id = %s
                aws_secret_access_key = %s
                """
                        .formatted(
                                authority.administratorKey().accessKeyId(),
                                authority.administratorKey().secretAccessKey()));
        String scheme = settings.apiOnLoopback() ? "http" : "https";
        String host = settings.apiOnLoopback() ? "localhost" : settings.publicHost();
        String url = scheme + "://" + host + ":" + ports.api();
        Files.writeString(config, config(settings, url, authority.caFile()));
        return new Endpoints(
                settings.publicHost(),
                ports.api(),
                ports.mqtts(),
                ports.https(),
                ports.mqtt(),
                url,
                settings.account().value(),
                settings.region(),
                authority.caFile(),
                config,
                credentials,
                ProcessHandle.current().pid());
    }

    /// The endpoint is for programs that read it (CLI from 1.29 and 2.13 on, newer SDKs), older
    /// ones are told by `--endpoint-url`. Without the fourth line some services' operations would
    /// go to hosts like `api.localhost`.
    private static String config(Settings settings, String url, Path caFile) {
        return """
        [default]
        region = %s
        output = json
        disable_host_prefix_injection = true
        endpoint_url = %s
        """
                        .formatted(settings.region(), url)
                + (settings.apiOnLoopback() ? "" : "ca_bundle = " + caFile + "\n");
    }

    /// Creates the file with its mode before anything is in it.
    private static void writePrivately(Path file, String text) throws IOException {
        if (!Files.exists(file)) {
            if (Files.getFileStore(file.getParent()).supportsFileAttributeView("posix")) {
                Files.createFile(
                        file,
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
            } else {
                Files.createFile(file);
            }
        }
        Files.writeString(file, text);
    }
}
