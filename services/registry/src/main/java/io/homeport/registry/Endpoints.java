package io.homeport.registry;

import io.homeport.core.AccountId;

/// What the registry asks of whoever knows the listeners, to answer DescribeEndpoint. Thread-safe.
public interface Endpoints {
    /// Host name, followed by `:port` unless it is the protocol's usual one.
    String address(AccountId account, String region, EndpointType type);

    /// The kinds of endpoint of AWS IoT.
    enum EndpointType {
        DATA("iot:Data"),
        DATA_ATS("iot:Data-ATS"),
        CREDENTIAL_PROVIDER("iot:CredentialProvider"),
        JOBS("iot:Jobs");

        private final String apiName;

        EndpointType(String apiName) {
            this.apiName = apiName;
        }

        /// The value of `endpointType`.
        public String apiName() {
            return apiName;
        }
    }
}
