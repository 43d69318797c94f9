package io.homeport.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.mqtt.MqttPacket.PubAck;
import io.homeport.mqtt.MqttPacket.PubRec;
import io.homeport.mqtt.MqttVersion;
import io.homeport.mqtt.ReasonCode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What a client gets when the store refuses.
class StoreFailureTest {
    private final TestBroker broker = new TestBroker();

    // [MQTT-4.8.0-2] of 3.1.1, which has no other way to say it; MQTT 5 has reason codes.
    @ParameterizedTest
    @CsvSource({"MQTT_3_1_1,1", "MQTT_3_1_1,2", "MQTT_5,1", "MQTT_5,2"})
    void aMessageThatCannotBeStoredIsNotTaken(MqttVersion version, int qos) {
        broker.client("subscriber", version).persistent().connected().subscribed("t");
        TestClient publisher = broker.client("publisher", version).connected();
        publisher.published("t", "stored", qos);
        broker.store.close();
        publisher.publish("t", "not stored", qos);
        if (version == MqttVersion.MQTT_3_1_1) {
            assertThat(publisher.inbox).isEmpty();
            assertThat(publisher.closed).isTrue();
        } else {
            ReasonCode reason =
                    qos == 1
                            ? publisher.take(PubAck.class).reason()
                            : publisher.take(PubRec.class).reason();
            assertThat(reason).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
            assertThat(publisher.closed).isFalse();
        }
    }
}
