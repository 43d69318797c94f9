package io.homeport.broker;

import io.homeport.mqtt.MqttPacket;
import org.jspecify.annotations.Nullable;

/// What one connection may do. Called on the connection's event loop, never blocks; answers follow
/// changes of policies at once.
public interface Authorization {
    /// May the client connect (iot:Connect), with what it asks for (will, persistence)?
    Verdict connect(MqttPacket.Connect connect);

    /// May it publish (iot:Publish, and iot:RetainPublish where retained)?
    Verdict publish(String topic, boolean retain);

    /// May it subscribe to the filter (iot:Subscribe)? Shared filters come with their `$share/`
    /// part.
    Verdict subscribe(String topicFilter);

    /// May it get a message of this topic (iot:Receive)?
    Verdict receive(String topic);

    /// Allowed, or denied with a reason for people.
    record Verdict(boolean allowed, @Nullable String reason) {
        public static final Verdict ALLOWED = new Verdict(true, null);

        public static Verdict denied(String reason) {
            return new Verdict(false, reason);
        }
    }

    /// Everything is allowed.
    Authorization ALL =
            new Authorization() {
                @Override
                public Verdict connect(MqttPacket.Connect connect) {
                    return Verdict.ALLOWED;
                }

                @Override
                public Verdict publish(String topic, boolean retain) {
                    return Verdict.ALLOWED;
                }

                @Override
                public Verdict subscribe(String topicFilter) {
                    return Verdict.ALLOWED;
                }

                @Override
                public Verdict receive(String topic) {
                    return Verdict.ALLOWED;
                }
            };
}
