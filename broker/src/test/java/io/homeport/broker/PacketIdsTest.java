package io.homeport.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.mqtt.Qos;
import io.homeport.testkit.Seeds;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PacketIdsTest {
    @Test
    void idsAreThereFromWhenTheyAreAddedToWhenTheyAreRemoved() {
        Seeds.run(
                100,
                seed -> {
                    Random random = new Random(seed);
                    int range = 1 + random.nextInt(65_535);
                    PacketIds ids = new PacketIds();
                    Set<Integer> model = new HashSet<>();
                    for (int i = 0; i < 3000; i++) {
                        int id = id(random, i, range);
                        if (random.nextInt(5) < 2) {
                            assertThat(ids.remove(id)).isEqualTo(model.remove(id));
                        } else {
                            assertThat(ids.add(id)).isEqualTo(model.add(id));
                        }
                        assertThat(ids.size()).isEqualTo(model.size());
                    }
                    for (int id : Set.copyOf(model)) {
                        assertThat(ids.remove(id)).isTrue();
                        assertThat(ids.remove(id)).isFalse();
                    }
                    assertThat(ids.size()).isZero();
                });
    }

    @Test
    void messagesInFlightAreFoundByTheirPacketIdUntilTheyAreRemoved() {
        Seeds.run(
                100,
                seed -> {
                    Random random = new Random(seed);
                    int range = 1 + random.nextInt(65_535);
                    Inflight inflight = new Inflight();
                    Map<Integer, QueuedMessage> model = new HashMap<>();
                    for (int i = 0; i < 3000; i++) {
                        int id = id(random, i, range);
                        assertThat(inflight.get(id)).isSameAs(model.get(id));
                        if (random.nextInt(5) < 2) {
                            inflight.remove(id);
                            model.remove(id);
                        } else if (!model.containsKey(id)) {
                            QueuedMessage message = message(id);
                            inflight.put(message);
                            model.put(id, message);
                        }
                        assertThat(inflight.size()).isEqualTo(model.size());
                    }
                    assertThat(inflight.values())
                            .containsExactlyInAnyOrderElementsOf(model.values());
                });
    }

    /// In a row, as most clients have them, or anyhow.
    private static int id(Random random, int i, int range) {
        return 1 + (random.nextBoolean() ? i % range : random.nextInt(range));
    }

    private static QueuedMessage message(int packetId) {
        return new QueuedMessage(packetId, null, Qos.AT_LEAST_ONCE, false, new int[0], null);
    }
}
