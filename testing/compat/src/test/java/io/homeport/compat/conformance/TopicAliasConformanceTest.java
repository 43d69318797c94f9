package io.homeport.compat.conformance;

import static io.homeport.mqtt.MqttVersion.MQTT_5;
import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.mqtt.MqttPacket.ConnAck;
import io.homeport.mqtt.MqttPacket.Publish;
import io.homeport.mqtt.Qos;
import io.homeport.mqtt.ReasonCode;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Topic aliases (3.3.2.3.4), MQTT 5 only.
class TopicAliasConformanceTest extends Conformance {
    /// 5: [MQTT-3.3.2-12]
    @Test
    void everyAliasUpToTheMaximumIsTaken() {
        String root = name();
        RawClient subscriber = connect(MQTT_5).subscribe(root + "/+", Qos.AT_MOST_ONCE);
        RawClient publisher = open(MQTT_5);
        int maximum = aliases(connected(publisher, Packets.clean(MQTT_5, name())));
        assertThat(maximum).isPositive();
        for (int alias = 1; alias <= maximum; alias++) {
            publisher.send(Packets.aliased(root + "/" + alias, alias, "named"));
            assertThat(subscriber.receive("named").topic()).isEqualTo(root + "/" + alias);
        }
        for (int alias = maximum; alias >= 1; alias--) {
            publisher.send(Packets.aliased("", alias, "aliased"));
            assertThat(subscriber.receive("aliased").topic()).isEqualTo(root + "/" + alias);
        }
        publisher.send(
                Packets.aliased(root + "/moved", 1, "set anew"),
                Packets.aliased("", 1, "used anew"));
        assertThat(subscriber.receive("set anew").topic()).isEqualTo(root + "/moved");
        assertThat(subscriber.receive("used anew").topic()).isEqualTo(root + "/moved");
    }

    /// 5: [MQTT-3.3.2-7]
    @Test
    void aliasesEndWithTheirConnection() {
        String id = name();
        RawClient before = connect(Packets.lasting(MQTT_5, id));
        before.send(Packets.aliased(name(), 1, "hi"));
        before.disconnect();
        RawClient after = connect(Packets.lasting(MQTT_5, id), true);
        after.send(Packets.aliased("", 1, "hi"));
        after.assertCutForAnError();
    }

    /// 5: [MQTT-3.3.2-8], [MQTT-3.3.2-9], [MQTT-3.2.2-17]
    @Test
    void aliasesOutsideTheRangeEndTheConnection() {
        RawClient zero = connect(MQTT_5);
        zero.sendRaw("30 [ \"t\" [ 230000 ] ]");
        zero.assertCut(ReasonCode.TOPIC_ALIAS_INVALID);
        RawClient above = open(MQTT_5);
        int maximum = aliases(connected(above, Packets.clean(MQTT_5, name())));
        above.send(Packets.aliased(name(), maximum + 1, "hi"));
        above.assertCut(ReasonCode.TOPIC_ALIAS_INVALID);
    }

    /// 5: [MQTT-3.1.2-26], [MQTT-3.1.2-27], [MQTT-3.3.2-8], [MQTT-3.3.2-11]
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3})
    void theServerUsesNoMoreAliasesThanTheClientTakes(int maximum) {
        String root = name();
        RawClient subscriber =
                connect(
                        Packets.with(
                                Packets.clean(MQTT_5, name()),
                                Packets.properties(
                                        null, null, null, maximum == 0 ? null : maximum)));
        subscriber.subscribe(root + "/+", Qos.AT_LEAST_ONCE);
        RawClient publisher = connect(MQTT_5);
        Map<Integer, String> topics = new HashMap<>();
        for (int i = 0; i < 20; i++) {
            String topic = root + "/" + i % 5;
            publisher.publish(topic, topic, Qos.AT_LEAST_ONCE);
            Publish publish = subscriber.receive(topic);
            assertThat(publish.topicAlias()).isLessThanOrEqualTo(maximum);
            if (publish.topicAlias() > 0 && !publish.topic().isEmpty()) {
                topics.put(publish.topicAlias(), publish.topic());
            }
            String meant =
                    publish.topic().isEmpty() ? topics.get(publish.topicAlias()) : publish.topic();
            assertThat(meant).isEqualTo(topic);
        }
    }

    /// 5: [MQTT-3.3.2-7], of the server as sender: it names the topic anew on a new connection.
    @Test
    void theServerSetsItsAliasesAnewOnEachConnection() {
        String id = name();
        String topic = name();
        RawClient publisher = connect(MQTT_5);
        for (int round = 0; round < 2; round++) {
            RawClient subscriber =
                    connect(
                            Packets.with(
                                    Packets.lasting(MQTT_5, id),
                                    Packets.properties(Packets.HOUR, null, null, 10)));
            subscriber.subscribe(topic, Qos.AT_LEAST_ONCE);
            publisher.publish(topic, "hi", Qos.AT_LEAST_ONCE);
            assertThat(subscriber.receive("hi").topic()).isEqualTo(topic);
            publisher.publish(topic, "hi", Qos.AT_LEAST_ONCE);
            subscriber.receive("hi");
            subscriber.disconnect();
        }
    }

    /// 5: [MQTT-3.3.2-7], [MQTT-4.4.0-1]: what is sent again can't rely on the old connection's.
    @Test
    void aMessageThatIsSentAgainNamesItsTopicAnew() {
        String id = name();
        String topic = name();
        RawClient publisher = connect(MQTT_5);
        RawClient first = taking(id, 10);
        first.subscribe(topic, Qos.AT_LEAST_ONCE);
        publisher.publish(topic, "one", Qos.AT_LEAST_ONCE);
        publisher.publish(topic, "two", Qos.AT_LEAST_ONCE);
        first.read(Publish.class);
        assertThat(first.read(Publish.class).topic()).as("the alias is used").isEmpty();
        first.breakOff();
        RawClient second = taking(id, 10);
        assertThat(second.receive("one").topic()).isEqualTo(topic);
        second.receive("two");
        second.subscribe("other/" + topic, Qos.AT_LEAST_ONCE);
        second.breakOff();
        RawClient none = connect(Packets.lasting(MQTT_5, id), true);
        publisher.publish(topic, "three", Qos.AT_LEAST_ONCE);
        assertThat(none.receive("three").topic()).isEqualTo(topic);
    }

    private RawClient taking(String id, int aliases) {
        return connect(
                Packets.with(
                        Packets.lasting(MQTT_5, id),
                        Packets.properties(Packets.HOUR, null, null, aliases)));
    }

    private static int aliases(ConnAck answer) {
        Integer maximum = answer.properties().topicAliasMaximum();
        return maximum == null ? 0 : maximum;
    }
}
