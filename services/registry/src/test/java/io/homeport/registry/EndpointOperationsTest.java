package io.homeport.registry;

import static io.homeport.registry.RegistryFixture.caller;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.iot.model.DescribeEndpointRequest;
import software.amazon.awssdk.services.iot.model.InvalidRequestException;

class EndpointOperationsTest {
    private final RegistryFixture registry = new RegistryFixture();

    @Test
    void everyTypeHasItsAddressAndTheDefaultIsData() {
        assertThat(address("iot:Data")).isEqualTo("DATA.example:8883");
        assertThat(address(null)).isEqualTo("DATA.example:8883");
        assertThat(address("iot:Data-ATS")).isEqualTo("DATA_ATS.example:8883");
        assertThat(address("iot:CredentialProvider")).isEqualTo("CREDENTIAL_PROVIDER.example:8883");
        assertThat(address("iot:Jobs")).isEqualTo("JOBS.example:8883");
    }

    @Test
    void anUnknownTypeIsRefusedWithTheKnownOnes() {
        assertThatThrownBy(() -> address("iot:data"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("iot:Data-ATS");
    }

    private String address(@Nullable String type) {
        return registry.service
                .endpointOperations()
                .describeEndpoint(
                        DescribeEndpointRequest.builder().endpointType(type).build(), caller())
                .endpointAddress();
    }
}
