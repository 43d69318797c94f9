package io.homeport.aws;

import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallLocation;
import software.amazon.awssdk.core.protocol.MarshallingType;
import software.amazon.awssdk.core.traits.LocationTrait;
import software.amazon.awssdk.core.traits.PayloadTrait;

/// A response whose body is this JSON, for members that the SDK's type lacks. Immutable.
public record JsonResponse(String json) implements SdkPojo {
    private static final SdkField<String> BODY =
            SdkField.<String>builder(MarshallingType.STRING)
                    .memberName("body")
                    .getter(o -> ((JsonResponse) o).json)
                    .traits(
                            LocationTrait.builder()
                                    .location(MarshallLocation.PAYLOAD)
                                    .locationName("body")
                                    .build(),
                            PayloadTrait.create())
                    .build();

    @Override
    public List<SdkField<?>> sdkFields() {
        return List.of(BODY);
    }

    @Override
    public Map<String, SdkField<?>> sdkFieldNameToField() {
        return Map.of("body", BODY);
    }
}
