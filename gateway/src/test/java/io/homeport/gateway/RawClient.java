package io.homeport.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/// A client that sends the bytes it is told. Reads give up after ten seconds.
final class RawClient implements AutoCloseable {
    static final String CONNECT_V3 = "10 0D 0004 4D515454 04 02 0000 0001 61";
    static final String CONNECT_V5 = "10 0E 0004 4D515454 05 02 0000 00 0001 61";
    static final String CONNACK_V3 = "20 02 00 00";
    static final String CONNACK_V5 = "20 03 00 00 00";

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    private RawClient(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(10_000);
        socket.setTcpNoDelay(true);
        in = socket.getInputStream();
        out = socket.getOutputStream();
    }

    static RawClient to(int port) throws IOException {
        return new RawClient(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    /// @param alpn protocols to offer; none where empty
    /// @param serverName for SNI
    static RawClient tls(
            int port, SSLContext context, List<String> alpn, @Nullable String serverName)
            throws IOException {
        return tls(port, context, alpn, serverName, new String[] {"TLSv1.3", "TLSv1.2"});
    }

    static RawClient tls(
            int port,
            SSLContext context,
            List<String> alpn,
            @Nullable String serverName,
            String[] versions)
            throws IOException {
        SSLSocket socket =
                (SSLSocket)
                        context.getSocketFactory()
                                .createSocket(InetAddress.getLoopbackAddress(), port);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setProtocols(versions);
        parameters.setApplicationProtocols(alpn.toArray(String[]::new));
        if (serverName != null) {
            parameters.setServerNames(List.of(new SNIHostName(serverName)));
        }
        socket.setSSLParameters(parameters);
        try {
            socket.setSoTimeout(10_000);
            socket.startHandshake();
        } catch (IOException e) {
            socket.close();
            throw e;
        }
        return new RawClient(socket);
    }

    static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    Socket socket() {
        return socket;
    }

    RawClient send(String hex) throws IOException {
        return send(bytes(hex));
    }

    RawClient send(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
        return this;
    }

    RawClient sendText(String text) throws IOException {
        return send(text.getBytes(StandardCharsets.US_ASCII));
    }

    byte[] read(int count) throws IOException {
        return in.readNBytes(count);
    }

    /// Reads as many bytes as the text says and compares them.
    void expect(String hex) throws IOException {
        byte[] expected = bytes(hex);
        assertThat(read(expected.length)).isEqualTo(expected);
    }

    /// Reads until the server closes; fails on a reset.
    byte[] readToEnd() throws IOException {
        return in.readAllBytes();
    }

    /// Whether the server closes, by whatever means, before it sends anything.
    boolean closedWithoutAnswer() throws IOException {
        try {
            return in.read() < 0;
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (IOException e) {
            return true;
        }
    }

    /// A response's head and body.
    String readResponse() throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.US_ASCII).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("the server closed behind: " + head);
            }
            head.write(next);
        }
        String text = head.toString(StandardCharsets.US_ASCII);
        for (String line : text.split("\r\n")) {
            if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                int length = Integer.parseInt(line.substring(15).strip());
                return text + new String(read(length), StandardCharsets.UTF_8);
            }
        }
        return text;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
