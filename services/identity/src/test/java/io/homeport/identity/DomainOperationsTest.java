package io.homeport.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.homeport.core.FunctionInvoker;
import io.homeport.core.Profile;
import io.homeport.storage.Key;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.iot.model.ApplicationProtocol;
import software.amazon.awssdk.services.iot.model.AuthenticationType;
import software.amazon.awssdk.services.iot.model.AuthorizerStatus;
import software.amazon.awssdk.services.iot.model.CreateAuthorizerRequest;
import software.amazon.awssdk.services.iot.model.CreateDomainConfigurationRequest;
import software.amazon.awssdk.services.iot.model.DeleteAuthorizerRequest;
import software.amazon.awssdk.services.iot.model.DeleteConflictException;
import software.amazon.awssdk.services.iot.model.DescribeDomainConfigurationRequest;
import software.amazon.awssdk.services.iot.model.DescribeDomainConfigurationResponse;
import software.amazon.awssdk.services.iot.model.DomainConfigurationStatus;
import software.amazon.awssdk.services.iot.model.DomainType;
import software.amazon.awssdk.services.iot.model.InvalidRequestException;
import software.amazon.awssdk.services.iot.model.LimitExceededException;
import software.amazon.awssdk.services.iot.model.ResourceAlreadyExistsException;
import software.amazon.awssdk.services.iot.model.ResourceNotFoundException;
import software.amazon.awssdk.services.iot.model.ServiceType;
import software.amazon.awssdk.services.iot.model.UpdateDomainConfigurationRequest;

/// Domain configurations as an administrator keeps them, and which authorizer a connection gets
/// (docs.aws.amazon.com/iot/latest/developerguide/iot-custom-endpoints-configurable.html).
class DomainOperationsTest {
    @TempDir Path directory;
    private Identity identity;

    @BeforeEach
    void start() {
        identity = new Identity(directory, Profile.AWS);
    }

    private void create(String name, Consumer<CreateDomainConfigurationRequest.Builder> more) {
        identity.call(
                CreateDomainConfigurationRequest.builder()
                        .domainConfigurationName(name)
                        .domainName(name + ".example")
                        .applyMutation(more)
                        .build());
    }

    private void authorizer(String name) {
        identity.call(
                CreateAuthorizerRequest.builder()
                        .authorizerName(name)
                        .authorizerFunctionArn(
                                "arn:aws:lambda:us-east-1:000000000000:function:" + name)
                        .signingDisabled(true)
                        .status(AuthorizerStatus.ACTIVE)
                        .build());
    }

    // "Device communication protocols": which authentication goes with which protocol.
    @ParameterizedTest
    @CsvSource({
        "AWS_X509, SECURE_MQTT, true",
        "AWS_X509, HTTPS, true",
        "AWS_X509, MQTT_WSS, false",
        "CUSTOM_AUTH_X509, SECURE_MQTT, true",
        "CUSTOM_AUTH_X509, HTTPS, true",
        "CUSTOM_AUTH_X509, MQTT_WSS, false",
        "AWS_SIGV4, SECURE_MQTT, false",
        "AWS_SIGV4, HTTPS, true",
        "AWS_SIGV4, MQTT_WSS, true",
        "CUSTOM_AUTH, SECURE_MQTT, true",
        "CUSTOM_AUTH, HTTPS, true",
        "CUSTOM_AUTH, MQTT_WSS, true",
        "DEFAULT, HTTPS, false",
        "DEFAULT, DEFAULT, true"
    })
    void authenticationAndProtocolHaveToGoTogether(
            AuthenticationType authentication, ApplicationProtocol protocol, boolean together) {
        Runnable call =
                () ->
                        create(
                                "a",
                                r ->
                                        r.authenticationType(authentication)
                                                .applicationProtocol(protocol));
        if (together) {
            call.run();
            assertThat(identity.service.domains().find("A.example")).isNotNull();
        } else {
            assertThatThrownBy(call::run)
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining(protocol.toString());
        }
    }

    @Test
    void aNameIsFoundHoweverManyThereAre() {
        Tables tables = new Tables();
        identity.database.update(transaction -> {
            for (int i = 1000; i <= 3000; i++) {
                String name = "d" + i;
                DomainRecord domain =
                        new DomainRecord(
                                "000000000000",
                                Identity.REGION,
                                name,
                                "id",
                                name + ".example",
                                List.of(),
                                null,
                                null,
                                true,
                                ServiceType.DATA,
                                DomainType.CUSTOMER_MANAGED,
                                AuthenticationType.DEFAULT,
                                ApplicationProtocol.DEFAULT,
                                SecurityPolicy.STANDARD,
                                0);
                tables.domains.put(
                        transaction, Key.of("000000000000", Identity.REGION, name), domain);
            }
        });
        Domains domains = identity.service.domains();
        assertThat(domains.find("d1000.example")).isNotNull();
        assertThat(domains.find("d2999.example")).isNotNull();
        assertThat(domains.find("d3000.example")).isNotNull();
        assertThat(domains.find("d3001.example")).isNull();
    }

    @Test
    void whatCanNotBeHonouredIsRefused() {
        create("taken", r -> {});
        assertThatThrownBy(() -> create("other", r -> r.domainName("TAKEN.example")))
                .isInstanceOf(ResourceAlreadyExistsException.class);
        assertThatThrownBy(() -> create("taken", r -> r.domainName("free.example")))
                .isInstanceOf(ResourceAlreadyExistsException.class);
        assertThatThrownBy(() -> create("a", r -> r.domainName("127.0.0.1")))
                .isInstanceOf(InvalidRequestException.class);
        assertThatThrownBy(() -> create("a", r -> r.tlsConfig(t -> t.securityPolicy("Strong"))))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("Strong");
        assertThatThrownBy(() ->
                        create("a", r -> r.serverCertificateConfig(s -> s.enableOCSPCheck(true))))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("enableOCSPCheck");
        assertThatThrownBy(() ->
                        create("a", r -> r.authorizerConfig(a -> a.defaultAuthorizerName("none"))))
                .isInstanceOf(ResourceNotFoundException.class);
        assertThatThrownBy(() ->
                        identity.call(
                                UpdateDomainConfigurationRequest.builder()
                                        .domainConfigurationName("iot:Data-ATS")
                                        .domainConfigurationStatus(
                                                DomainConfigurationStatus.DISABLED)
                                        .build()))
                .isInstanceOf(InvalidRequestException.class);
    }

    // AWS IoT Core quotas: 10 domain configurations per account.
    @Test
    void moreDomainConfigurationsThanTheLimitAreRefused() {
        for (int i = 0; i < 10; i++) {
            create("d" + i, r -> {});
        }
        assertThatThrownBy(() -> create("more", r -> {}))
                .isInstanceOf(LimitExceededException.class);
    }

    @Test
    void anAuthorizerThatADomainHasIsKept() {
        authorizer("used");
        create("a", r -> r.authorizerConfig(a -> a.defaultAuthorizerName("used")));
        DeleteAuthorizerRequest delete =
                DeleteAuthorizerRequest.builder().authorizerName("used").build();
        assertThatThrownBy(() -> identity.call(delete)).isInstanceOf(DeleteConflictException.class);
        identity.call(
                UpdateDomainConfigurationRequest.builder()
                        .domainConfigurationName("a")
                        .removeAuthorizerConfig(true)
                        .build());
        identity.call(delete);
        assertThat(
                        identity.call(
                                        DescribeDomainConfigurationRequest.builder()
                                                .domainConfigurationName("a")
                                                .build(),
                                        DescribeDomainConfigurationResponse.class)
                                .authorizerConfig())
                .isNull();
    }

    // The name that the client gives, else the domain's default, else the account's.
    @Test
    void theAuthorizerIsTheNamedOneOrTheDomainsOrTheAccounts() {
        List.of("account", "domain", "named").forEach(this::authorizer);
        create("strict", r -> r.authorizerConfig(a -> a.defaultAuthorizerName("domain")));
        create(
                "lax",
                r ->
                        r.authorizerConfig(a ->
                                a.defaultAuthorizerName("domain").allowAuthorizerOverride(true)));
        assertThat(chosen("elsewhere.example", null)).isEqualTo("NO_AUTHORIZER");
        identity.call(
                software.amazon.awssdk.services.iot.model.SetDefaultAuthorizerRequest.builder()
                        .authorizerName("account")
                        .build());
        assertThat(chosen("elsewhere.example", null)).isEqualTo("account");
        assertThat(chosen("elsewhere.example", "named")).isEqualTo("named");
        assertThat(chosen("strict.example", null)).isEqualTo("domain");
        assertThat(chosen("strict.example", "domain")).isEqualTo("domain");
        assertThat(chosen("strict.example", "named")).isEqualTo("FAILED");
        assertThat(chosen("lax.example", "named")).isEqualTo("named");
        assertThat(chosen("lax.example", "absent")).isEqualTo("FAILED");
    }

    /// The function that was called, or why none was.
    private String chosen(String serverName, @Nullable String authorizer) {
        identity.functionCalls.clear();
        identity.functionAnswer =
                new FunctionInvoker.Succeeded(
                        AuthorizerAnswerTest.GRANTED.getBytes(StandardCharsets.UTF_8), "$LATEST");
        Map<String, String> headers =
                authorizer == null ? Map.of() : Map.of(CustomAuthorizers.NAME, authorizer);
        CustomAuthorizers.Outcome outcome =
                identity.service
                        .authorizers()
                        .authorize(
                                new Presented(
                                        "c",
                                        true,
                                        serverName,
                                        null,
                                        null,
                                        new Presented.Http(headers, ""),
                                        null));
        return switch (outcome) {
            case CustomAuthorizers.Outcome.Refused refused -> refused.why().name();
            case CustomAuthorizers.Outcome.Granted _ -> {
                String arn = identity.functionCalls.getFirst().function();
                yield arn.substring(arn.lastIndexOf(':') + 1);
            }
        };
    }
}
