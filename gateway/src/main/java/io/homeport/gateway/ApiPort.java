package io.homeport.gateway;

import io.homeport.aws.ApiRequest;
import io.homeport.aws.ApiResponse;
import io.homeport.aws.Authentication;
import java.util.Set;

/// What the gateway asks of {@link io.homeport.aws.ApiDoor}. Thread-safe; blocks.
interface ApiPort {
    ApiResponse handle(ApiRequest request);

    /// Who signed the request, for one of the services with these signing names.
    Authentication authenticate(ApiRequest request, Set<String> signingNames);
}
