package io.homeport.peers;

import java.util.Map;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.core.settings.impl.AddressSettings;

/** ActiveMQ Artemis on a port of loopback, in memory, for anybody: {@code Peer PORT FOLDER}. */
public final class Peer {
    private Peer() {}

    public static void main(String[] arguments) throws Exception {
        ConfigurationImpl configuration = new ConfigurationImpl();
        configuration.setPersistenceEnabled(false);
        configuration.setSecurityEnabled(false);
        configuration.setJournalDirectory(arguments[1] + "/journal");
        configuration.setBindingsDirectory(arguments[1] + "/bindings");
        configuration.setPagingDirectory(arguments[1] + "/paging");
        configuration.setLargeMessagesDirectory(arguments[1] + "/large");
        configuration.addAcceptorConfiguration(
                "mqtt", "tcp://127.0.0.1:" + arguments[0] + "?protocols=MQTT;tcpNoDelay=true");
        configuration.setAddressSettings(
                Map.of("#", new AddressSettings().setMaxSizeBytes(-1).setMaxSizeMessages(-1)));
        EmbeddedActiveMQ broker = new EmbeddedActiveMQ();
        broker.setConfiguration(configuration);
        broker.start();
        Thread.currentThread().join();
    }
}
