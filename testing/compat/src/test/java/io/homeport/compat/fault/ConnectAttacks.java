package io.homeport.compat.fault;

import io.homeport.compat.Tls;
import io.homeport.compat.conformance.Packets;
import io.homeport.mqtt.MqttPacket;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.ReasonCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLContext;

/// Connections that are too many, broken, or slow to become any.
final class ConnectAttacks {
    private static final MqttVersion VERSION = MqttVersion.MQTT_5;
    private static final int MANY = 500;

    /// A handshake record of 512 bytes that ends in the ClientHello's version.
    private static final byte[] PARTIAL_HELLO = {0x16, 3, 1, 2, 0, 1, 0, 1, -4, 3, 3};

    private ConnectAttacks() {}

    static Attack reconnects(AttackTarget target) {
        byte[] end = Wire.bytes(VERSION, MqttPacket.Disconnect.of(ReasonCode.SUCCESS, null));
        return Machine.repeat(
                4,
                i -> {
                    try (Wire wire = Wire.connected(target.mqtt(), "again" + i)) {
                        wire.sendBytes(end);
                    }
                });
    }

    static Attack oversized(AttackTarget target) {
        return Machine.repeat(
                4,
                i -> {
                    try (Wire wire = Wire.connected(target.mqtt(), "large" + i)) {
                        wire.sendBytes(new byte[] {0x30, -1, -1, -1, 0x7F, 0, 1, 'a'});
                        wire.discard();
                    }
                });
    }

    static Attack malformed(AttackTarget target) {
        byte[] nonsense = new byte[512];
        java.util.Arrays.fill(nonsense, (byte) 0xF1);
        return Machine.repeat(
                4,
                i -> {
                    try (Wire wire = Wire.connected(target.mqtt(), "mad" + i)) {
                        wire.sendBytes(nonsense);
                        wire.discard();
                    }
                });
    }

    private static SSLContext context(AttackTarget target, Path certificate)
            throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(
                Tls.keys(certificate, AttackTarget.key(certificate)).getKeyManagers(),
                Tls.trust(target.ca()).getTrustManagers(),
                null);
        return context;
    }

    private static Socket tls(SSLContext context, int port) throws IOException {
        return context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
    }

    static Attack revoked(AttackTarget target) throws GeneralSecurityException {
        SSLContext context = context(target, target.revoked());
        return Machine.repeat(
                2,
                _ -> {
                    try (Socket socket = tls(context, target.mqtts())) {
                        socket.getOutputStream().write(0x10);
                        socket.getInputStream().read();
                    }
                });
    }

    static Attack slowPackets(AttackTarget target) {
        byte[] part = new byte[1_024];
        return on ->
                held(
                        on,
                        100,
                        i -> {
                            Wire wire = Wire.connected(target.mqtt(), "slow" + i);
                            wire.sendBytes(new byte[] {0x30, -1, -1, -1, 0x06, 0, 1, 'a', 0});
                            return wire;
                        },
                        wire -> wire.sendBytes(part),
                        20);
    }

    static Attack silentSockets(AttackTarget target) {
        List<Integer> ports = List.of(target.mqtt(), target.mqtts(), target.https(), target.api());
        return on -> held(on, 4 * MANY, i -> Wire.open(ports.get(i % 4)), _ -> {}, 100);
    }

    static Attack partialHellos(AttackTarget target) {
        return on ->
                held(
                        on,
                        MANY,
                        _ -> {
                            Wire wire = Wire.open(target.mqtts());
                            wire.sendBytes(PARTIAL_HELLO);
                            return wire;
                        },
                        _ -> {},
                        100);
    }

    static Attack halfConnects(AttackTarget target) {
        byte[] connect = Wire.bytes(VERSION, Packets.clean(VERSION, "half"));
        return on ->
                held(
                        on,
                        MANY,
                        _ -> {
                            Wire wire = Wire.open(target.mqtt());
                            wire.sendBytes(java.util.Arrays.copyOf(connect, connect.length / 2));
                            return wire;
                        },
                        _ -> {},
                        100);
    }

    static Attack halfClosed(AttackTarget target) {
        return on ->
                held(
                        on,
                        MANY,
                        i -> {
                            Wire wire = Wire.connected(target.mqtt(), "half-closed" + i);
                            wire.endOutput();
                            return wire;
                        },
                        _ -> {},
                        100);
    }

    static Attack tlsWithoutConnect(AttackTarget target) throws GeneralSecurityException {
        SSLContext context = context(target, target.certificate());
        return on ->
                held(
                        on,
                        MANY,
                        _ -> {
                            Socket socket = tls(context, target.mqtts());
                            socket.getOutputStream().write(0x10);
                            return Wire.over(socket, VERSION);
                        },
                        _ -> {},
                        100);
    }

    static Attack slowRequests(AttackTarget target, String start) {
        byte[] first = start.getBytes(StandardCharsets.US_ASCII);
        byte[] more = "a".getBytes(StandardCharsets.US_ASCII);
        return on ->
                held(
                        on,
                        MANY,
                        _ -> {
                            Wire wire = Wire.open(target.api());
                            wire.sendBytes(first);
                            return wire;
                        },
                        wire -> wire.sendBytes(more),
                        100);
    }

    static Attack unreadAnswers(AttackTarget target) {
        byte[] requests =
                "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"
                        .repeat(20)
                        .getBytes(StandardCharsets.US_ASCII);
        return on ->
                held(
                        on,
                        50,
                        _ -> {
                            Wire wire = Wire.open(target.api(), VERSION, 8 * 1024);
                            wire.sendBytes(requests);
                            return wire;
                        },
                        _ -> {},
                        100);
    }

    private interface Opening {
        Wire open(int number) throws IOException;
    }

    private interface Trickle {
        void more(Wire wire) throws IOException;
    }

    /// Holds connections open, each in the place of one that has ended, and sends a little on each
    /// now and then.
    private static void held(
            BooleanSupplier on, int count, Opening opening, Trickle trickle, int everyMillis) {
        List<Wire> wires = new ArrayList<>();
        try {
            for (int i = 0; i < count && on.getAsBoolean(); i++) {
                wires.add(opening.open(i));
            }
            while (on.getAsBoolean()) {
                for (int i = 0; i < wires.size(); i++) {
                    try {
                        trickle.more(wires.get(i));
                    } catch (IOException e) {
                        wires.get(i).close();
                        wires.set(i, opening.open(i));
                    }
                }
                LockSupport.parkNanos(everyMillis * 1_000_000L);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            wires.forEach(Wire::close);
        }
    }
}
