package io.homeport.compat;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

/// As much of a mail server as takes mail (RFC 5321). Thread-safe.
final class SmtpServer implements AutoCloseable {
    /// Head and body of each mail, after the address that it is for.
    final Inbox<String> mails = new Inbox<>();

    /// How many sessions are still turned away.
    final AtomicInteger busy = new AtomicInteger();

    /// How many recipients are still put off.
    final AtomicInteger greyListed = new AtomicInteger();

    private final ServerSocket socket;

    SmtpServer() throws IOException {
        socket = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return socket.getLocalPort();
    }

    private void accept() {
        while (!socket.isClosed()) {
            try (Socket client = socket.accept()) {
                serve(client);
            } catch (IOException e) {
                // The client or this server has gone.
            }
        }
    }

    private void serve(Socket client) throws IOException {
        BufferedReader in =
                new BufferedReader(new InputStreamReader(client.getInputStream(), UTF_8));
        OutputStream out = client.getOutputStream();
        if (busy.getAndDecrement() > 0) {
            say(out, "421 later");
            return;
        }
        say(out, "220 ready");
        StringBuilder mail = new StringBuilder();
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String word = line.split("[ :]")[0].toUpperCase(Locale.ROOT);
            switch (word) {
                case "RCPT" -> {
                    if (greyListed.getAndDecrement() > 0) {
                        say(out, "450 never heard of you, try again");
                        continue;
                    }
                    mail.append(line).append('\n');
                    say(out, "250 ok");
                }
                case "DATA" -> {
                    say(out, "354 go on");
                    for (String text = in.readLine(); !text.equals("."); text = in.readLine()) {
                        mail.append(text).append('\n');
                    }
                    mails.add(mail.toString());
                    mail.setLength(0);
                    say(out, "250 taken");
                }
                case "QUIT" -> {
                    say(out, "221 bye");
                    return;
                }
                default -> say(out, "250 ok");
            }
        }
    }

    private static void say(OutputStream out, String line) throws IOException {
        out.write((line + "\r\n").getBytes(UTF_8));
        out.flush();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
