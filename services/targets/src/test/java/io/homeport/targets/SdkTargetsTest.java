package io.homeport.targets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.homeport.core.AccountId;
import io.homeport.core.targets.TargetCall;
import io.homeport.core.targets.TargetFailedException;
import io.homeport.core.targets.TargetScope;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/// The SDK's calls against a server of a few lines.
class SdkTargetsTest {
    private static final String REFUSAL =
            "<Error><Code>SignatureDoesNotMatch</Code><Message>no</Message></Error>";

    /// Takes one request. Where it is asked first, it agrees and refuses in one breath, as a server
    /// may (RFC 9110, 10.1.1).
    private static List<String> refuseOne(ServerSocket listener) {
        try (Socket socket = listener.accept()) {
            BufferedReader in =
                    new BufferedReader(
                            new InputStreamReader(
                                    socket.getInputStream(), StandardCharsets.ISO_8859_1));
            List<String> head = new ArrayList<>();
            String line = in.readLine();
            while (line != null && !line.isEmpty()) {
                head.add(line.toLowerCase(Locale.ROOT));
                line = in.readLine();
            }
            boolean asked = head.contains("expect: 100-continue");
            char[] body = new char["{\"v\": 3}".length()];
            int read = 0;
            while (!asked && read < body.length) {
                read += in.read(body, read, body.length - read);
            }
            String answer =
                    (asked ? "HTTP/1.1 100 Continue\r\n\r\n" : "")
                            + "HTTP/1.1 403 Forbidden\r\nContent-Type: application/xml\r\n"
                            + "Content-Length: "
                            + REFUSAL.length()
                            + "\r\n\r\n"
                            + REFUSAL;
            socket.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
            head.add(new String(body));
            return head;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void anObjectIsSentWholeAndWithoutAskingFirst() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<List<String>> request =
                    CompletableFuture.supplyAsync(() -> refuseOne(listener));
            TargetSettings settings =
                    new TargetSettings(
                            TargetSettings.endpoints(
                                    List.of("s3=http://127.0.0.1:" + listener.getLocalPort())),
                            TargetSettings.keys("identity:secret"),
                            null);
            try (SdkTargets targets = new SdkTargets(settings)) {
                TargetScope scope = new TargetScope(AccountId.DEFAULT, "us-east-1");
                byte[] body = "{\"v\": 3}".getBytes(StandardCharsets.UTF_8);
                TargetCall put =
                        new TargetCall.PutObject("readings", "k", body, "application/json", null);
                assertThatThrownBy(() -> targets.send(scope, put))
                        .isInstanceOf(TargetFailedException.class)
                        .hasMessageContaining("SignatureDoesNotMatch (403)");
            }
            assertThat(request.get())
                    .contains("content-length: 8", "{\"v\": 3}")
                    .noneMatch(line -> line.startsWith("expect") || line.contains("aws-chunked"));
        }
    }
}
