package io.homeport.registry;

import io.homeport.aws.Caller;
import io.homeport.aws.OperationTable;
import io.homeport.registry.Endpoints.EndpointType;
import java.util.Arrays;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.iot.model.DescribeEndpointRequest;
import software.amazon.awssdk.services.iot.model.DescribeEndpointResponse;

/// DescribeEndpoint. Thread-safe.
final class EndpointOperations {
    private final Endpoints endpoints;

    EndpointOperations(Endpoints endpoints) {
        this.endpoints = endpoints;
    }

    void register(OperationTable table) {
        table.add(
                DescribeEndpointRequest.class,
                DescribeEndpointRequest::builder,
                this::describeEndpoint);
    }

    DescribeEndpointResponse describeEndpoint(DescribeEndpointRequest request, Caller caller) {
        String wanted =
                request.endpointType() == null
                        ? EndpointType.DATA.apiName()
                        : request.endpointType();
        for (EndpointType type : EndpointType.values()) {
            if (type.apiName().equals(wanted)) {
                return DescribeEndpointResponse.builder()
                        .endpointAddress(endpoints.address(caller.account(), caller.region(), type))
                        .build();
            }
        }
        throw Faults.invalid(
                "Endpoint type "
                        + wanted
                        + " is not one of "
                        + Arrays.stream(EndpointType.values())
                                .map(EndpointType::apiName)
                                .collect(Collectors.joining(", ")));
    }
}
