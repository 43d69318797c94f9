package io.homeport.compat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// An HTTP proxy on loopback that leads every `CONNECT` to one port of this machine, for clients
/// that can't be told another port. Thread-safe.
final class Detour implements AutoCloseable {
    private final ServerSocket entrance;
    private final int target;

    private Detour(ServerSocket entrance, int target) {
        this.entrance = entrance;
        this.target = target;
    }

    static Detour to(int port) throws IOException {
        Detour detour = new Detour(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), port);
        Thread.ofVirtual().start(detour::accept);
        return detour;
    }

    int port() {
        return entrance.getLocalPort();
    }

    private void accept() {
        while (!entrance.isClosed()) {
            try {
                Socket client = entrance.accept();
                Thread.ofVirtual().start(() -> lead(client));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void lead(Socket client) {
        try (client;
                Socket server = new Socket(InetAddress.getLoopbackAddress(), target)) {
            skipHead(client.getInputStream());
            client.getOutputStream()
                    .write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            Thread back = Thread.ofVirtual().start(() -> copy(server, client));
            copy(client, server);
            back.join();
        } catch (IOException e) {
            // The client finds its connection closed.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void skipHead(InputStream in) throws IOException {
        int ends = 0;
        while (ends < 4) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("the head ends early");
            }
            ends = next == "\r\n\r\n".charAt(ends) ? ends + 1 : next == '\r' ? 1 : 0;
        }
    }

    private static void copy(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException e) {
            // The other direction ends with the sockets.
        }
    }

    @Override
    public void close() throws IOException {
        entrance.close();
    }
}
