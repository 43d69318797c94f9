package io.homeport.server;

import io.homeport.gateway.ClientAuthorizers;
import io.homeport.gateway.DeviceIdentity;
import io.homeport.identity.CertificateIdentity;
import io.homeport.identity.CustomAuthorizers;
import io.homeport.identity.Presented;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Custom authorizers, as the gateway asks for them. Thread-safe.
record IdentityAuthorizers(CustomAuthorizers authorizers) implements ClientAuthorizers {
    @Override
    public Answer authorize(Credentials credentials) {
        return switch (authorizers.authorize(presented(credentials))) {
            case CustomAuthorizers.Outcome.Refused refused -> refused(refused);
            case CustomAuthorizers.Outcome.Granted granted ->
                    new Answer.Granted(
                            new DeviceIdentity(
                                    granted.account(),
                                    granted.region(),
                                    credentials.certificate() == null
                                            ? DeviceIdentity.Kind.AUTHORIZER
                                            : DeviceIdentity.Kind.CERTIFICATE,
                                    granted.principalId(),
                                    granted.policyDocuments()),
                            granted.lifetime(),
                            granted.refreshAfter(),
                            granted.cacheable());
        };
    }

    @Override
    public Optional<Answer.Refused> check(Credentials credentials) {
        return authorizers.check(presented(credentials)).map(IdentityAuthorizers::refused);
    }

    private static Answer.Refused refused(CustomAuthorizers.Outcome.Refused refused) {
        Why why =
                switch (refused.why()) {
                    case NO_AUTHORIZER -> Why.NO_AUTHORIZER;
                    case UNAUTHENTICATED -> Why.UNAUTHENTICATED;
                    case FAILED -> Why.FAILED;
                    case BUSY -> Why.BUSY;
                };
        return new Answer.Refused(why, refused.reason());
    }

    private static Presented presented(Credentials credentials) {
        return new Presented(
                credentials.connectionId(),
                credentials.tls(),
                credentials.serverName(),
                certificate(credentials.certificate()),
                credentials.certificatePem(),
                http(credentials.http()),
                mqtt(credentials.mqtt()));
    }

    private static @Nullable CertificateIdentity certificate(@Nullable DeviceIdentity identity) {
        return identity == null
                ? null
                : new CertificateIdentity(
                        identity.account(), identity.region(), identity.principalId());
    }

    private static Presented.@Nullable Http http(ClientAuthorizers.@Nullable Http http) {
        return http == null ? null : new Presented.Http(http.headers(), http.rawQuery());
    }

    private static Presented.@Nullable Mqtt mqtt(ClientAuthorizers.@Nullable Mqtt mqtt) {
        return mqtt == null
                ? null
                : new Presented.Mqtt(mqtt.userName(), mqtt.password(), mqtt.clientId());
    }
}
