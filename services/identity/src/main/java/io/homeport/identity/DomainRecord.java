package io.homeport.identity;

import io.homeport.core.AccountId;
import io.homeport.core.Arn;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iot.model.ApplicationProtocol;
import software.amazon.awssdk.services.iot.model.AuthenticationType;
import software.amazon.awssdk.services.iot.model.DomainType;
import software.amazon.awssdk.services.iot.model.ServiceType;

/// How clients of one server name are taken: with which proof of identity, and by which protocol.
/// Immutable.
///
/// @param id tells configurations apart that had one name after another
/// @param domainName in lower case; null for AWS IoT's own endpoints, which are meant by every name
///   that no configuration has
/// @param certificateArns of the server certificate, where the user has one
/// @param defaultAuthorizer for clients that name none
/// @param authorizerOverride whether clients may name another one
/// @param changedMillis when it was enabled or disabled
record DomainRecord(
        String account,
        String region,
        String name,
        String id,
        @Nullable String domainName,
        List<String> certificateArns,
        @Nullable String defaultAuthorizer,
        @Nullable Boolean authorizerOverride,
        boolean enabled,
        ServiceType serviceType,
        DomainType domainType,
        AuthenticationType authentication,
        ApplicationProtocol protocol,
        SecurityPolicy securityPolicy,
        long changedMillis) {

    DomainRecord {
        certificateArns = List.copyOf(certificateArns);
    }

    /// The name of the endpoint that devices use.
    static final String DATA = "iot:Data-ATS";

    /// AWS IoT's own configuration of an endpoint.
    static DomainRecord endpoint(
            String account, String region, String name, ServiceType serviceType) {
        return new DomainRecord(
                account,
                region,
                name,
                "default",
                null,
                List.of(),
                null,
                null,
                true,
                serviceType,
                DomainType.ENDPOINT,
                AuthenticationType.DEFAULT,
                ApplicationProtocol.DEFAULT,
                SecurityPolicy.STANDARD,
                0);
    }

    String arn() {
        return Arn.of(
                        "iot",
                        region,
                        new AccountId(account),
                        "domainconfiguration/" + name + "/" + id)
                .toString();
    }

    /// Whether a client may name the authorizer.
    boolean allows(String authorizer) {
        return defaultAuthorizer == null
                || Boolean.TRUE.equals(authorizerOverride)
                || defaultAuthorizer.equals(authorizer);
    }
}
