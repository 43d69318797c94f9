package io.homeport.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.testkit.Seeds;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SequenceCheckTest {
    private final SequenceCheck check = new SequenceCheck();

    private void arrive(long... sequences) {
        for (long sequence : sequences) {
            check.arrived(sequence);
        }
    }

    private void finds(long sent, long received, long lost, long duplicates, long outOfOrder) {
        assertThat(check.received()).as("received").isEqualTo(received);
        assertThat(check.lost(sent)).as("lost").isEqualTo(lost);
        assertThat(check.duplicates()).as("duplicates").isEqualTo(duplicates);
        assertThat(check.outOfOrder()).as("out of order").isEqualTo(outOfOrder);
    }

    @Test
    void allInOrderIsFlawless() {
        arrive(0, 1, 2, 3);
        finds(4, 4, 0, 0, 0);
        assertThat(check.progress()).isEqualTo(4);
    }

    @Test
    void aMessagePassedOverIsLost() {
        arrive(0, 1, 3);
        finds(4, 3, 1, 0, 0);
    }

    @Test
    void whatNeverCameAtTheEndIsLost() {
        arrive(0, 1);
        finds(10, 2, 8, 0, 0);
    }

    @Test
    void aMessageThatComesAgainIsADuplicate() {
        arrive(0, 1, 1, 2, 0);
        finds(3, 3, 0, 2, 0);
    }

    @Test
    void aMessageAfterALaterOneIsOutOfOrderAndNotLost() {
        arrive(0, 2, 1, 3);
        finds(4, 4, 0, 0, 1);
    }

    @Test
    void aLateMessageThatComesTwiceIsOutOfOrderOnceAndADuplicateOnce() {
        arrive(0, 4, 2, 2);
        finds(5, 3, 2, 1, 1);
    }

    @Test
    void gapsWithoutEndStayBounded() {
        for (long sequence = 0; sequence < 40_000; sequence += 2) {
            check.arrived(sequence);
        }
        // Given up long ago: it can't be told from a duplicate any more, but isn't in order.
        check.arrived(1);
        assertThat(check.outOfOrder()).isEqualTo(1);
        assertThat(check.lost(40_000)).isEqualTo(20_000);
    }

    @Test
    void agreesWithASetOverRandomArrivals() {
        Seeds.run(
                200,
                seed -> {
                    Random random = new Random(seed);
                    SequenceCheck checked = new SequenceCheck();
                    Set<Long> seen = new HashSet<>();
                    long highest = -1;
                    long duplicates = 0;
                    long outOfOrder = 0;
                    for (int i = 0; i < 100; i++) {
                        long sequence = Math.max(0, highest + random.nextInt(8) - 4);
                        checked.arrived(sequence);
                        if (!seen.add(sequence)) {
                            duplicates++;
                        } else if (sequence < highest) {
                            outOfOrder++;
                        }
                        highest = Math.max(highest, sequence);
                    }
                    assertThat(checked.received()).isEqualTo(seen.size());
                    assertThat(checked.duplicates()).isEqualTo(duplicates);
                    assertThat(checked.outOfOrder()).isEqualTo(outOfOrder);
                    assertThat(checked.lost(highest + 1)).isEqualTo(highest + 1 - seen.size());
                });
    }
}
