package io.homeport.peers;

import io.moquette.broker.Server;
import io.moquette.broker.config.MemoryConfig;
import java.util.Properties;

/** Moquette on a port of loopback, in memory, for anybody: {@code Peer PORT FOLDER}. */
public final class Peer {
    private Peer() {}

    public static void main(String[] arguments) throws Exception {
        Properties settings = new Properties();
        settings.setProperty("host", "127.0.0.1");
        settings.setProperty("port", arguments[0]);
        settings.setProperty("allow_anonymous", "true");
        settings.setProperty("data_path", arguments[1]);
        settings.setProperty("persistence_enabled", "false");
        settings.setProperty("telemetry_enabled", "false");
        settings.setProperty("netty.mqtt.message_size", "1048576");
        settings.setProperty("netty.epoll", "true");
        new Server().startServer(new MemoryConfig(settings));
        Thread.currentThread().join();
    }
}
