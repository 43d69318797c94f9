package io.homeport.server;

import io.homeport.gateway.ClientAuthorizers;
import io.homeport.gateway.DeviceIdentity;
import io.homeport.gateway.EndpointRules;
import io.homeport.gateway.TlsMaterial;
import io.homeport.identity.CertificateIdentity;
import io.homeport.identity.CustomAuthorizers;
import io.homeport.identity.Domains;
import io.homeport.identity.Presented;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Custom authorizers, as the gateway asks for them. Thread-safe.
record IdentityAuthorizers(CustomAuthorizers authorizers, Domains domains)
        implements ClientAuthorizers {
    @Override
    public EndpointRules rules(@Nullable String serverName) {
        Domains.Rules rules = domains.rules(serverName);
        return new EndpointRules(
                switch (rules.authentication()) {
                    case DEFAULT -> EndpointRules.Authentication.DEFAULT;
                    case CERTIFICATE -> EndpointRules.Authentication.CERTIFICATE;
                    case AUTHORIZER -> EndpointRules.Authentication.AUTHORIZER;
                    case CERTIFICATE_AND_AUTHORIZER ->
                            EndpointRules.Authentication.CERTIFICATE_AND_AUTHORIZER;
                    case SIGNATURE -> EndpointRules.Authentication.SIGNATURE;
                },
                switch (rules.protocol()) {
                    case DEFAULT -> EndpointRules.Protocol.DEFAULT;
                    case MQTT -> EndpointRules.Protocol.MQTT;
                    case WEBSOCKET -> EndpointRules.Protocol.WEBSOCKET;
                    case HTTPS -> EndpointRules.Protocol.HTTPS;
                });
    }

    /// What the TLS listeners show of themselves.
    ///
    /// @param standard where no domain configuration says otherwise
    TlsMaterial.Source material(TlsMaterial standard) {
        return serverName ->
                switch (domains.shown(serverName)) {
                    case Domains.Shown.Standard(List<String> versions, boolean optional) ->
                            versions.equals(standard.versions()) && !optional
                                    ? standard
                                    : new TlsMaterial(
                                            standard.certificateChainPem(),
                                            standard.privateKeyPem(),
                                            versions,
                                            optional);
                    case Domains.Shown.Nothing _ -> null;
                    case Domains.Shown.Configured(Domains.Material material) ->
                            new TlsMaterial(
                                    material.chainPem(),
                                    material.keyPem(),
                                    material.tlsVersions(),
                                    material.certificateOptional());
                };
    }

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
