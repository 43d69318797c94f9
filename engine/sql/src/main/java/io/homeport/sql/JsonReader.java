package io.homeport.sql;

import io.homeport.core.Json;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/// JSON to values. Of a key that comes twice the last one counts, as it does in most devices' and
/// servers' parsers; a payload isn't refused for it. Stateless, thread-safe.
final class JsonReader {
    private static final JsonFactory FACTORY =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(Json.MAXIMUM_DEPTH)
                                    .maxDocumentLength(Json.MAXIMUM_LENGTH)
                                    .build())
                    .build();

    private JsonReader() {}

    /// Null where it isn't one JSON document in UTF-8.
    static @Nullable Value read(byte[] json) {
        if (json.length == 0 || !couldBeUtf8(json)) {
            return null;
        }
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), json)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                return null;
            }
            Value value = value(parser, first);
            return parser.nextToken() == null ? value : null;
        } catch (JacksonException | NumberFormatException e) {
            return null;
        }
    }

    /// The parser would take UTF-16 and UTF-32 for JSON, too, and so much that is binary.
    private static boolean couldBeUtf8(byte[] json) {
        return json[0] != 0 && (json.length == 1 || json[1] != 0) && (json[0] & 0xFE) != 0xFE;
    }

    private static Value value(JsonParser parser, JsonToken token) {
        return switch (token) {
            case START_OBJECT -> object(parser);
            case START_ARRAY -> array(parser);
            case VALUE_STRING -> new Value.Text(parser.getString());
            case VALUE_NUMBER_INT ->
                    parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                            ? Numbers.of(parser.getDecimalValue())
                            : Numbers.of(parser.getLongValue());
            case VALUE_NUMBER_FLOAT -> Numbers.of(parser.getDecimalValue());
            case VALUE_TRUE -> Value.Bool.TRUE;
            case VALUE_FALSE -> Value.Bool.FALSE;
            default -> Absent.NULL;
        };
    }

    private static Value object(JsonParser parser) {
        Fields.Builder fields = new Fields.Builder();
        for (String key = parser.nextName(); key != null; key = parser.nextName()) {
            fields.put(key, value(parser, parser.nextToken()));
        }
        return new Value.Obj(fields.build());
    }

    private static Value array(JsonParser parser) {
        List<Value> items = new ArrayList<>();
        for (JsonToken token = parser.nextToken();
                token != JsonToken.END_ARRAY;
                token = parser.nextToken()) {
            items.add(value(parser, token));
        }
        return new Value.Array(items);
    }
}
