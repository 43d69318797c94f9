package io.homeport.identity;

import io.homeport.aws.Caller;
import io.homeport.aws.OperationTable;
import io.homeport.storage.Key;
import io.homeport.storage.Table;
import io.homeport.storage.Transaction;
import io.homeport.storage.View;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iot.model.ApplicationProtocol;
import software.amazon.awssdk.services.iot.model.AuthenticationType;
import software.amazon.awssdk.services.iot.model.AuthorizerConfig;
import software.amazon.awssdk.services.iot.model.ClientCertificateConfig;
import software.amazon.awssdk.services.iot.model.CreateDomainConfigurationRequest;
import software.amazon.awssdk.services.iot.model.CreateDomainConfigurationResponse;
import software.amazon.awssdk.services.iot.model.DeleteDomainConfigurationRequest;
import software.amazon.awssdk.services.iot.model.DeleteDomainConfigurationResponse;
import software.amazon.awssdk.services.iot.model.DescribeDomainConfigurationRequest;
import software.amazon.awssdk.services.iot.model.DescribeDomainConfigurationResponse;
import software.amazon.awssdk.services.iot.model.DomainConfigurationStatus;
import software.amazon.awssdk.services.iot.model.DomainConfigurationSummary;
import software.amazon.awssdk.services.iot.model.DomainType;
import software.amazon.awssdk.services.iot.model.ListDomainConfigurationsRequest;
import software.amazon.awssdk.services.iot.model.ListDomainConfigurationsResponse;
import software.amazon.awssdk.services.iot.model.ServerCertificateConfig;
import software.amazon.awssdk.services.iot.model.ServerCertificateStatus;
import software.amazon.awssdk.services.iot.model.ServerCertificateSummary;
import software.amazon.awssdk.services.iot.model.ServiceType;
import software.amazon.awssdk.services.iot.model.TlsConfig;
import software.amazon.awssdk.services.iot.model.UpdateDomainConfigurationRequest;
import software.amazon.awssdk.services.iot.model.UpdateDomainConfigurationResponse;

/// Domain configurations. Thread-safe.
final class DomainOperations {
    private static final Map<String, ServiceType> ENDPOINTS =
            Map.of(
                    DomainRecord.DATA,
                    ServiceType.DATA,
                    "iot:CredentialProvider",
                    ServiceType.CREDENTIAL_PROVIDER,
                    "iot:Jobs",
                    ServiceType.JOBS);

    /// AWS IoT developer guide, "Device communication protocols": what goes together.
    private static final Map<AuthenticationType, Set<ApplicationProtocol>> TOGETHER =
            Map.of(
                    AuthenticationType.AWS_X509,
                    Set.of(ApplicationProtocol.SECURE_MQTT, ApplicationProtocol.HTTPS),
                    AuthenticationType.CUSTOM_AUTH_X509,
                    Set.of(ApplicationProtocol.SECURE_MQTT, ApplicationProtocol.HTTPS),
                    AuthenticationType.AWS_SIGV4,
                    Set.of(ApplicationProtocol.MQTT_WSS, ApplicationProtocol.HTTPS),
                    AuthenticationType.CUSTOM_AUTH,
                    Set.of(
                            ApplicationProtocol.SECURE_MQTT,
                            ApplicationProtocol.MQTT_WSS,
                            ApplicationProtocol.HTTPS));

    private static final int MOST_NAME_CHARACTERS = 253;

    private final IdentityParts parts;
    private final Tables tables;
    private final Domains domains;

    DomainOperations(IdentityParts parts, Domains domains) {
        this.parts = parts;
        this.tables = parts.tables();
        this.domains = domains;
    }

    void register(OperationTable table) {
        table.add(
                        CreateDomainConfigurationRequest.class,
                        CreateDomainConfigurationRequest::builder,
                        this::createDomainConfiguration)
                .add(
                        DescribeDomainConfigurationRequest.class,
                        DescribeDomainConfigurationRequest::builder,
                        this::describeDomainConfiguration)
                .add(
                        UpdateDomainConfigurationRequest.class,
                        UpdateDomainConfigurationRequest::builder,
                        this::updateDomainConfiguration)
                .add(
                        DeleteDomainConfigurationRequest.class,
                        DeleteDomainConfigurationRequest::builder,
                        this::deleteDomainConfiguration)
                .add(
                        ListDomainConfigurationsRequest.class,
                        ListDomainConfigurationsRequest::builder,
                        this::listDomainConfigurations);
    }

    CreateDomainConfigurationResponse createDomainConfiguration(
            CreateDomainConfigurationRequest request, Caller caller) {
        refuseWhatIsNotHere(request.serverCertificateConfig(), request.clientCertificateConfig());
        DomainRecord domain = created(request, caller);
        parts.database()
                .update(transaction -> {
                    if (tables.domains.get(transaction, key(caller, domain.name())) != null) {
                        throw Faults.exists(
                                "Domain configuration already exists: " + domain.name(),
                                domain.name(),
                                domain.arn());
                    }
                    requireRoom(transaction, caller, domain);
                    checked(transaction, caller, domain);
                    tables.domains.put(transaction, key(caller, domain.name()), domain);
                });
        domains.changed();
        parts.tags()
                .putNew(
                        domain.arn(),
                        request.tags(),
                        () -> {
                            parts.database()
                                    .update(transaction ->
                                            tables.domains.delete(
                                                    transaction, key(caller, domain.name())));
                            domains.changed();
                        });
        return CreateDomainConfigurationResponse.builder()
                .domainConfigurationName(domain.name())
                .domainConfigurationArn(domain.arn())
                .build();
    }

    /// What validationCertificateArn proves to AWS, that a domain is the caller's, nobody asks
    /// here: the server is the operator's own.
    private DomainRecord created(CreateDomainConfigurationRequest request, Caller caller) {
        if (request.serviceType() != null && request.serviceType() != ServiceType.DATA) {
            throw Faults.invalid("serviceType has to be DATA");
        }
        String name = request.domainName();
        String id = HexFormat.of().toHexDigits(parts.random().nextLong()).substring(0, 5);
        String domainName =
                name == null
                        ? managedName(id, caller)
                        : ServerNames.isDnsName(name.toLowerCase(Locale.ROOT))
                                ? name.toLowerCase(Locale.ROOT)
                                : null;
        if (domainName == null || domainName.length() > MOST_NAME_CHARACTERS) {
            throw Faults.invalid("domainName is no DNS name: " + name);
        }
        AuthorizerConfig authorizer = request.authorizerConfig();
        return new DomainRecord(
                caller.account().value(),
                caller.region(),
                request.domainConfigurationName(),
                id,
                domainName,
                request.serverCertificateArns(),
                authorizer == null ? null : authorizer.defaultAuthorizerName(),
                authorizer == null ? null : authorizer.allowAuthorizerOverride(),
                true,
                ServiceType.DATA,
                name == null ? DomainType.AWS_MANAGED : DomainType.CUSTOMER_MANAGED,
                request.authenticationType() == null
                        ? AuthenticationType.DEFAULT
                        : request.authenticationType(),
                request.applicationProtocol() == null
                        ? ApplicationProtocol.DEFAULT
                        : request.applicationProtocol(),
                policy(request.tlsConfig(), SecurityPolicy.STANDARD),
                parts.clock().millis());
    }

    /// A name that means this machine (RFC 6761, 6.3), as AWS IoT's mean its endpoints.
    private String managedName(String id, Caller caller) {
        String more = HexFormat.of().toHexDigits(parts.random().nextLong()).substring(0, 8);
        return "d" + id + more + "-ats.iot." + caller.region() + ".localhost";
    }

    DescribeDomainConfigurationResponse describeDomainConfiguration(
            DescribeDomainConfigurationRequest request, Caller caller) {
        DomainRecord domain =
                parts.database()
                        .read(view -> existing(view, caller, request.domainConfigurationName()));
        return DescribeDomainConfigurationResponse.builder()
                .domainConfigurationName(domain.name())
                .domainConfigurationArn(domain.arn())
                .domainName(domain.domainName())
                .serverCertificates(
                        domain.certificateArns().stream().map(this::certificate).toList())
                .authorizerConfig(
                        domain.defaultAuthorizer() == null && domain.authorizerOverride() == null
                                ? null
                                : AuthorizerConfig.builder()
                                        .defaultAuthorizerName(domain.defaultAuthorizer())
                                        .allowAuthorizerOverride(domain.authorizerOverride())
                                        .build())
                .domainConfigurationStatus(
                        domain.enabled()
                                ? DomainConfigurationStatus.ENABLED
                                : DomainConfigurationStatus.DISABLED)
                .serviceType(domain.serviceType())
                .domainType(domain.domainType())
                .lastStatusChangeDate(Instant.ofEpochMilli(domain.changedMillis()))
                .tlsConfig(t -> t.securityPolicy(domain.securityPolicy().policyName()))
                .authenticationType(domain.authentication())
                .applicationProtocol(domain.protocol())
                .build();
    }

    private ServerCertificateSummary certificate(String arn) {
        return ServerCertificateSummary.builder()
                .serverCertificateArn(arn)
                .serverCertificateStatus(ServerCertificateStatus.VALID)
                .serverCertificateStatusDetail(
                        domains.certificate(arn).isPresent()
                                ? null
                                : "This certificate was not brought to this server: clients are"
                                        + " shown one of the server's own CA")
                .build();
    }

    UpdateDomainConfigurationResponse updateDomainConfiguration(
            UpdateDomainConfigurationRequest request, Caller caller) {
        refuseWhatIsNotHere(request.serverCertificateConfig(), request.clientCertificateConfig());
        DomainRecord changed =
                parts.database()
                        .write(transaction -> {
                            DomainRecord old =
                                    existing(
                                            transaction, caller, request.domainConfigurationName());
                            DomainRecord next = updated(old, request);
                            checked(transaction, caller, next);
                            tables.domains.put(transaction, key(caller, next.name()), next);
                            return next;
                        });
        domains.changed();
        return UpdateDomainConfigurationResponse.builder()
                .domainConfigurationName(changed.name())
                .domainConfigurationArn(changed.arn())
                .build();
    }

    private DomainRecord updated(DomainRecord old, UpdateDomainConfigurationRequest request) {
        boolean enabled =
                request.domainConfigurationStatus() == null
                        ? old.enabled()
                        : request.domainConfigurationStatus() == DomainConfigurationStatus.ENABLED;
        if (!enabled && old.domainType() == DomainType.ENDPOINT) {
            throw Faults.invalid("The endpoint " + old.name() + " can't be disabled");
        }
        AuthorizerConfig authorizer = request.authorizerConfig();
        boolean removed = Boolean.TRUE.equals(request.removeAuthorizerConfig());
        return new DomainRecord(
                old.account(),
                old.region(),
                old.name(),
                old.id(),
                old.domainName(),
                old.certificateArns(),
                removed
                        ? null
                        : authorizer == null
                                ? old.defaultAuthorizer()
                                : authorizer.defaultAuthorizerName(),
                removed
                        ? null
                        : authorizer == null
                                ? old.authorizerOverride()
                                : authorizer.allowAuthorizerOverride(),
                enabled,
                old.serviceType(),
                old.domainType(),
                request.authenticationType() == null
                        ? old.authentication()
                        : request.authenticationType(),
                request.applicationProtocol() == null
                        ? old.protocol()
                        : request.applicationProtocol(),
                policy(request.tlsConfig(), old.securityPolicy()),
                enabled == old.enabled() ? old.changedMillis() : parts.clock().millis());
    }

    DeleteDomainConfigurationResponse deleteDomainConfiguration(
            DeleteDomainConfigurationRequest request, Caller caller) {
        DomainRecord deleted =
                parts.database()
                        .write(transaction -> {
                            DomainRecord domain =
                                    existing(
                                            transaction, caller, request.domainConfigurationName());
                            if (domain.domainType() == DomainType.ENDPOINT) {
                                throw Faults.invalid(
                                        "The endpoint " + domain.name() + " can't be deleted");
                            }
                            if (domain.enabled()) {
                                throw Faults.invalid(
                                        "The domain configuration has to be DISABLED before it is"
                                                + " deleted: "
                                                + domain.name());
                            }
                            tables.domains.delete(transaction, key(caller, domain.name()));
                            return domain;
                        });
        domains.changed();
        parts.tags().forget(deleted.arn());
        return DeleteDomainConfigurationResponse.builder().build();
    }

    ListDomainConfigurationsResponse listDomainConfigurations(
            ListDomainConfigurationsRequest request, Caller caller) {
        ServiceType type = request.serviceType();
        List<DomainRecord> all = parts.database().read(view -> all(view, caller));
        Paging.Page<DomainRecord> page =
                parts.paging()
                        .page(
                                "ListDomainConfigurations"
                                        + caller.account()
                                        + caller.region()
                                        + type,
                                request.marker(),
                                request.pageSize(),
                                all.stream()
                                        .filter(domain ->
                                                type == null || type == domain.serviceType())
                                        .sorted(Comparator.comparing(DomainRecord::name))
                                        .toList(),
                                DomainRecord::name);
        return ListDomainConfigurationsResponse.builder()
                .domainConfigurations(
                        page.items().stream()
                                .map(domain ->
                                        DomainConfigurationSummary.builder()
                                                .domainConfigurationName(domain.name())
                                                .domainConfigurationArn(domain.arn())
                                                .serviceType(domain.serviceType())
                                                .build())
                                .toList())
                .nextMarker(page.nextMarker())
                .build();
    }

    // ---- rules ----

    private List<DomainRecord> all(View view, Caller caller) {
        List<DomainRecord> found = new ArrayList<>(stored(view, caller));
        ENDPOINTS.forEach((name, type) -> {
            if (found.stream().noneMatch(domain -> domain.name().equals(name))) {
                found.add(
                        DomainRecord.endpoint(
                                caller.account().value(), caller.region(), name, type));
            }
        });
        return found;
    }

    private List<DomainRecord> stored(View view, Caller caller) {
        return tables
                .domains
                .list(
                        view,
                        Key.of(caller.account().value(), caller.region()),
                        null,
                        parts.limits().domains() + ENDPOINTS.size())
                .stream()
                .map(Table.Row::value)
                .toList();
    }

    private DomainRecord existing(View view, Caller caller, String name) {
        DomainRecord found = tables.domains.get(view, key(caller, name));
        if (found != null) {
            return found;
        }
        ServiceType endpoint = ENDPOINTS.get(name);
        if (endpoint == null) {
            throw Faults.notFound("The domain configuration does not exist: " + name);
        }
        return DomainRecord.endpoint(caller.account().value(), caller.region(), name, endpoint);
    }

    private void requireRoom(Transaction transaction, Caller caller, DomainRecord added) {
        long own =
                stored(transaction, caller).stream()
                        .filter(domain -> domain.domainType() != DomainType.ENDPOINT)
                        .count();
        if (own >= parts.limits().domains()) {
            throw Faults.limit(
                    "The account has the maximum of "
                            + parts.limits().domains()
                            + " domain configurations");
        }
        boolean taken =
                !tables.domains
                        .listBy(
                                transaction,
                                Tables.BY_NAME,
                                Key.of(String.valueOf(added.domainName())),
                                null,
                                1)
                        .isEmpty();
        if (taken) {
            throw Faults.exists(
                    "A domain configuration has this domain name already: " + added.domainName(),
                    added.name(),
                    added.arn());
        }
    }

    private void checked(View view, Caller caller, DomainRecord domain) {
        Set<ApplicationProtocol> together = TOGETHER.get(domain.authentication());
        if (domain.protocol() != ApplicationProtocol.DEFAULT
                && (together == null || !together.contains(domain.protocol()))) {
            throw Faults.invalid(
                    "authenticationType %s does not go with applicationProtocol %s"
                            .formatted(domain.authentication(), domain.protocol()));
        }
        String authorizer = domain.defaultAuthorizer();
        if (authorizer != null && tables.authorizers.get(view, key(caller, authorizer)) == null) {
            throw Faults.noAuthorizer(authorizer);
        }
        for (String arn : domain.certificateArns()) {
            domains.certificate(arn)
                    .filter(certificate ->
                            !ServerNames.covers(
                                    Domains.names(certificate),
                                    String.valueOf(domain.domainName())))
                    .ifPresent(certificate -> {
                        throw Faults.badCertificate(
                                "The server certificate is not for "
                                        + domain.domainName()
                                        + " but for "
                                        + Domains.names(certificate));
                    });
        }
    }

    private static SecurityPolicy policy(@Nullable TlsConfig config, SecurityPolicy otherwise) {
        String name = config == null ? null : config.securityPolicy();
        return name == null
                ? otherwise
                : SecurityPolicy.of(name)
                        .orElseThrow(() -> Faults.invalid("There is no securityPolicy " + name));
    }

    private static void refuseWhatIsNotHere(
            @Nullable ServerCertificateConfig server, @Nullable ClientCertificateConfig client) {
        if (server != null && Boolean.TRUE.equals(server.enableOCSPCheck())) {
            throw Faults.invalid(
                    "serverCertificateConfig.enableOCSPCheck is not available in this version");
        }
        if (client != null && client.clientCertificateCallbackArn() != null) {
            throw Faults.invalid(
                    "clientCertificateConfig.clientCertificateCallbackArn is not available in this"
                            + " version");
        }
    }

    private static Key key(Caller caller, String name) {
        return Key.of(caller.account().value(), caller.region(), name);
    }
}
