package io.homeport.aws;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.homeport.testkit.Seeds;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PageTokensTest {
    private final PageTokens tokens = new PageTokens("0123456789abcdef".getBytes(UTF_8));

    @Test
    void aTokenGivesItsKeyBackToItsScopeOnly() {
        String token = tokens.encode("ListThings/1", "lämp/1");

        assertThat(tokens.decode("ListThings/1", token)).isEqualTo("lämp/1");
        assertThatThrownBy(() -> tokens.decode("ListThings/2", token))
                .isInstanceOf(InvalidTokenException.class);
        assertThatThrownBy(() -> new PageTokens(new byte[16]).decode("ListThings/1", token))
                .isInstanceOf(InvalidTokenException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "AA", "not base64!", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})
    void whatIsNoTokenIsRefused(String token) {
        assertThatThrownBy(() -> tokens.decode("s", token))
                .isInstanceOf(InvalidTokenException.class);
    }

    /// `Marker` of AWS IoT is `[A-Za-z0-9+/]+={0,2}`, `NextToken` of secure tunneling
    /// `[a-zA-Z0-9_=-]{1,4096}`.
    @Test
    void aTokenHasTheCharactersThatAllServicesTake() {
        for (int i = 0; i < 200; i++) {
            assertThat(tokens.encode("s", "\u00ff?>" + i)).matches("[A-Za-z0-9]+");
        }
    }

    @Test
    void noChangedTokenIsTaken() {
        String token = tokens.encode("s", "some key");
        Seeds.run(
                200,
                seed -> {
                    Random random = new Random(seed);
                    StringBuilder changed = new StringBuilder(token);
                    int at = random.nextInt(token.length() - 1);
                    char other = token.charAt(at) == 'x' ? 'y' : 'x';
                    changed.setCharAt(at, other);

                    assertThatThrownBy(() -> tokens.decode("s", changed.toString()))
                            .isInstanceOf(InvalidTokenException.class);
                });
    }

    @Test
    void aShortKeyIsRefused() {
        assertThatThrownBy(() -> new PageTokens(new byte[15]))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
