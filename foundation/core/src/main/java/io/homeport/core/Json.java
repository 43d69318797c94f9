package io.homeport.core;

import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// The one JSON mapper: strict on unknown keys of our own records, bounded in depth and length,
/// rejects duplicate keys and anything behind the document. Thread-safe.
public final class Json {
    /// How deep a JSON document may nest.
    public static final int MAXIMUM_DEPTH = 200;

    /// How long a JSON document may be, in bytes or characters.
    public static final int MAXIMUM_LENGTH = 64 << 20;

    public static final JsonMapper MAPPER =
            JsonMapper.builder(
                            JsonFactory.builder()
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxNestingDepth(MAXIMUM_DEPTH)
                                                    .maxDocumentLength(MAXIMUM_LENGTH)
                                                    .build())
                                    .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .build();

    private Json() {}
}
