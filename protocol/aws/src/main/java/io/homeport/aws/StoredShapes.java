package io.homeport.aws;

import io.homeport.core.Json;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.utils.builder.SdkBuilder;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Writes the SDK's structures as the JSON of AWS's APIs and reads them back, for services that
/// keep a structure as it was sent. Stateless; thread-safe.
public final class StoredShapes {
    private static final PojoPlans PLANS = new PojoPlans();
    private static final JsonEncoder ENCODER = new JsonEncoder(PLANS);
    private static final JsonDecoder DECODER = new JsonDecoder(PLANS);

    private StoredShapes() {}

    /// The structure as a JSON text; members that aren't set are left out.
    public static String write(SdkPojo structure) {
        return new String(ENCODER.encode(Map.of(), structure), StandardCharsets.UTF_8);
    }

    /// Reads what {@link #write} has written.
    ///
    /// @throws RuntimeException where the text isn't JSON of this structure
    public static <B extends SdkBuilder<B, T> & SdkPojo, T> T read(B builder, String json) {
        JsonNode node = Json.MAPPER.readTree(json);
        DECODER.readInto(builder, (ObjectNode) node, "");
        return builder.build();
    }
}
