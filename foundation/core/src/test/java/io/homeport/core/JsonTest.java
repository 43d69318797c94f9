package io.homeport.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JacksonException;

final class JsonTest {
    record Lamp(String name, int watts) {}

    @Test
    void aRecordIsWrittenAndReadBack() {
        String json = Json.MAPPER.writeValueAsString(new Lamp("hall", 7));
        assertThat(Json.MAPPER.readTree(json))
                .isEqualTo(Json.MAPPER.readTree("{\"watts\": 7, \"name\": \"hall\"}"));
        assertThat(Json.MAPPER.readValue(json, Lamp.class)).isEqualTo(new Lamp("hall", 7));
    }

    @Test
    void anUnknownKeyOfARecordIsRefused() {
        assertThatThrownBy(() -> lamp("{\"name\":\"hall\",\"watts\":7,\"wats\":8}"))
                .isInstanceOf(JacksonException.class)
                .hasMessageContaining("wats");
    }

    @Test
    void aKeyThatComesTwiceIsRefused() {
        assertThatThrownBy(() -> lamp("{\"name\":\"hall\",\"name\":\"door\",\"watts\":7}"))
                .isInstanceOf(JacksonException.class);
        assertThatThrownBy(() -> Json.MAPPER.readTree("{\"a\":1,\"a\":2}"))
                .isInstanceOf(JacksonException.class);
        assertThatThrownBy(() -> Json.MAPPER.readValue("{\"a\":1,\"a\":2}", Map.class))
                .isInstanceOf(JacksonException.class);
    }

    @Test
    void whatFollowsTheDocumentIsRefused() {
        assertThatThrownBy(() -> Json.MAPPER.readTree("{} {}"))
                .isInstanceOf(JacksonException.class);
        assertThat(Json.MAPPER.readTree(" {} \n").isObject()).isTrue();
    }

    @Test
    void aDocumentMayNestToTheLimitAndNoDeeper() {
        int limit = Json.MAXIMUM_DEPTH;
        assertThat(Json.MAPPER.readTree("[".repeat(limit) + "]".repeat(limit)).isArray()).isTrue();
        assertThatThrownBy(() -> Json.MAPPER.readTree("[".repeat(limit + 1)))
                .isInstanceOf(JacksonException.class)
                .hasMessageContaining("" + limit);
    }

    private static Lamp lamp(String json) {
        return Json.MAPPER.readValue(json, Lamp.class);
    }
}
