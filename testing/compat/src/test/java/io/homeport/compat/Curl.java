package io.homeport.compat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// curl, which trusts the server's CA.
final class Curl {
    private Curl() {}

    /// @param device whose certificate it shows; null for none
    static Program.Result run(
            TestServer server, TestServer.@Nullable Device device, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("curl", "--silent", "--show-error"));
        command.addAll(List.of("--cacert", server.endpoints().caFile().toString()));
        if (device != null) {
            command.addAll(List.of("--cert", device.certificate().toString()));
            command.addAll(List.of("--key", device.key().toString()));
        }
        command.addAll(List.of(arguments));
        return Program.run(Map.of(), command);
    }
}
