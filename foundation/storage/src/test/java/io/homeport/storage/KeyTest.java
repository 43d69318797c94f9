package io.homeport.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.homeport.testkit.Seeds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class KeyTest {
    @Test
    void everyKeyIsReadBack() {
        for (Key key :
                List.of(
                        Key.EMPTY,
                        Key.of(""),
                        Key.of("", ""),
                        Key.of("000000000000", "us-east-1", "lamp"),
                        Key.of("a\0", "\0b", "\0\u0001", "ÿ\u0001"),
                        Key.of("日本", "😀"))) {
            assertThat(Key.decode(key.encoded(), 0)).isEqualTo(key);
            byte[] behind = new byte[key.encoded().length + 3];
            System.arraycopy(key.encoded(), 0, behind, 3, key.encoded().length);
            assertThat(Key.decode(behind, 3)).isEqualTo(key);
        }
    }

    @Test
    void encodedKeysAreOrderedPartByPartAndBehindTheirPrefixes() {
        Seeds.run(
                300,
                seed -> {
                    Random random = new Random(seed);
                    Key a = key(random);
                    Key b = key(random);
                    int expected = compare(a.parts(), b.parts());
                    int actual = Arrays.compareUnsigned(a.encoded(), b.encoded());
                    assertThat(Integer.signum(actual))
                            .as("%s and %s", a, b)
                            .isEqualTo(Integer.signum(expected));
                });
    }

    private static Key key(Random random) {
        String[] alphabet = {"\0", "\u0001", "a", "b", "ÿ", "\uFFFF", "😀"};
        List<String> parts = new ArrayList<>();
        for (int n = random.nextInt(4); n > 0; n--) {
            StringBuilder part = new StringBuilder();
            for (int m = random.nextInt(3); m > 0; m--) {
                part.append(alphabet[random.nextInt(alphabet.length)]);
            }
            parts.add(part.toString());
        }
        return new Key(parts);
    }

    private static int compare(List<String> a, List<String> b) {
        return Arrays.compare(
                a.toArray(String[]::new),
                b.toArray(String[]::new),
                (x, y) -> Arrays.compare(x.codePoints().toArray(), y.codePoints().toArray()));
    }

    @Test
    void bytesThatAreNoKeyAreRefusedWithTheirPosition() {
        for (byte[] malformed :
                new byte[][] {
                    {'a'},
                    {'a', 0},
                    {0},
                    {'a', 0, 2},
                    {'a', 0, 1, 'b'},
                    {'a', 0, 1, 'b', 0, -1},
                    {-1, 0, 1},
                    {(byte) 0xC3, 0, 1}
                }) {
            assertThatThrownBy(() -> Key.decode(malformed, 0))
                    .as(Arrays.toString(malformed))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("not a key, at byte");
        }
    }

    @Test
    void aTextWithoutUtf8IsNoPart() {
        assertThatThrownBy(() -> Key.of("a", "\uD83D"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Key.of("\uDE00\uD83D"))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
