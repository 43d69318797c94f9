package io.homeport.compat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// S3Proxy, with the libraries that the module testing/s3proxy has fetched. It keeps objects in
/// memory and checks signatures.
final class S3Proxy {
    static final String IDENTITY = "identity";
    static final String SECRET = "secret";

    private S3Proxy() {}

    /// Starts one, or skips the test where it was not fetched.
    static ForeignServer start() throws IOException {
        Path libraries = Path.of("..", "s3proxy", "target", "libraries").toAbsolutePath();
        return ForeignServer.start(
                "S3Proxy",
                libraries,
                port ->
                        List.of(
                                "-Ds3proxy.endpoint=http://127.0.0.1:" + port,
                                "-Ds3proxy.authorization=aws-v4",
                                "-Ds3proxy.identity=" + IDENTITY,
                                "-Ds3proxy.credential=" + SECRET,
                                "-Djclouds.provider=transient-nio2",
                                "-Djclouds.identity=unused",
                                "-Djclouds.credential=unused",
                                "org.gaul.s3proxy.Main",
                                // It asks for a file, which properties of the system go before.
                                "--properties",
                                "/dev/null"));
    }
}
