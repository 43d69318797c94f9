package io.homeport.shadow;

import io.homeport.core.Json;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.cfg.JsonNodeFeature;

/// JSON of shadows: numbers keep all their digits. Stateless.
final class ShadowJson {
    private static final ObjectReader READER =
            Json.MAPPER
                    .readerFor(JsonNode.class)
                    .with(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                    .without(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES);

    private ShadowJson() {}

    /// Reads what a client sent.
    ///
    /// @throws ShadowRefusal where it isn't JSON in UTF-8
    static JsonNode read(byte[] payload) {
        String text;
        try {
            text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(payload)).toString();
        } catch (CharacterCodingException e) {
            throw new ShadowRefusal(
                    ShadowRefusal.Code.UNSUPPORTED_ENCODING,
                    "Unsupported documented encoding; supported encoding is UTF-8",
                    null);
        }
        try {
            return read(text);
        } catch (JacksonException e) {
            throw ShadowRefusal.invalid("Invalid JSON", null);
        }
    }

    /// Reads what we wrote.
    static JsonNode read(String text) {
        return READER.readTree(text);
    }

    static byte[] write(JsonNode node) {
        return Json.MAPPER.writeValueAsBytes(node);
    }

    /// How long a text is in UTF-8.
    static int utf8Length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
