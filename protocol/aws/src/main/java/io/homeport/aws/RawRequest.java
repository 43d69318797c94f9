package io.homeport.aws;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallLocation;
import software.amazon.awssdk.core.protocol.MarshallingType;
import software.amazon.awssdk.core.traits.LocationTrait;

/// The request of a {@link RawOperation} as the {@link CallAuthorizer} sees it: each parameter is a
/// field of type string. Immutable.
public record RawRequest(Map<String, String> parameters) implements SdkPojo {
    public RawRequest {
        parameters = Map.copyOf(parameters);
    }

    @Override
    public List<SdkField<?>> sdkFields() {
        return new ArrayList<>(sdkFieldNameToField().values());
    }

    @Override
    public Map<String, SdkField<?>> sdkFieldNameToField() {
        Map<String, SdkField<?>> fields = new LinkedHashMap<>();
        parameters
                .keySet()
                .forEach(name ->
                        fields.put(
                                name,
                                SdkField.<String>builder(MarshallingType.STRING)
                                        .memberName(name)
                                        .getter(o -> ((RawRequest) o).parameters.get(name))
                                        .traits(
                                                LocationTrait.builder()
                                                        .location(MarshallLocation.QUERY_PARAM)
                                                        .locationName(name)
                                                        .build())
                                        .build()));
        return fields;
    }
}
