package io.homeport.server;

import io.homeport.aws.ApiResponse;
import io.homeport.core.AccountId;
import io.homeport.gateway.AdminRequest;
import io.homeport.gateway.Gateway;
import io.homeport.gateway.HttpAnswers;
import io.homeport.identity.Domains;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The operator's calls that bring server certificates for domain configurations, in the place of
/// AWS Certificate Manager's:
///
/// - `GET /_homeport/server-certificates`
/// - `POST /_homeport/server-certificates`, with the body that {@link NewCertificate} describes
/// - `DELETE /_homeport/server-certificates/{id}`, the last part of the ARN
final class ServerCertificateOperations {
    private static final String PATH = "/_homeport/server-certificates";
    private static final String EXAMPLE =
            "{\"certificate\": \"-----BEGIN ...\", \"privateKey\": \"-----BEGIN ...\"}";

    private final Domains domains;
    private final AccountId account;
    private final String region;

    private ServerCertificateOperations(Domains domains, AccountId account, String region) {
        this.domains = domains;
        this.account = account;
        this.region = region;
    }

    static void register(Gateway gateway, Domains domains, AccountId account, String region) {
        ServerCertificateOperations operations =
                new ServerCertificateOperations(domains, account, region);
        route(gateway, "GET", PATH, operations::list);
        route(gateway, "POST", PATH, operations::add);
        route(gateway, "DELETE", PATH + "/{id}", operations::delete);
    }

    private static void route(
            Gateway gateway,
            String method,
            String pattern,
            Function<AdminRequest, ApiResponse> handler) {
        OperatorCalls.route(gateway, method, pattern, EXAMPLE, handler);
    }

    /// The body that brings a certificate, all in PEM.
    ///
    /// @param privateKey PKCS #8
    /// @param certificateChain the certificate's issuers
    private record NewCertificate(
            @Nullable String certificate,
            @Nullable String privateKey,
            @Nullable String certificateChain) {
        @Override
        public String toString() {
            return "NewCertificate[***]";
        }
    }

    private ApiResponse list(AdminRequest request) {
        List<Map<String, Object>> shown = new ArrayList<>();
        for (Map.Entry<String, SortedSet<String>> certificate :
                domains.importedCertificates(account).entrySet()) {
            Map<String, Object> members = new LinkedHashMap<>();
            members.put("serverCertificateArn", certificate.getKey());
            members.put("names", certificate.getValue());
            shown.add(members);
        }
        return HttpAnswers.json(200, Map.of("serverCertificates", shown));
    }

    private ApiResponse add(AdminRequest request) {
        NewCertificate added = OperatorCalls.body(request, NewCertificate.class);
        String chain = Objects.requireNonNullElse(added.certificateChain(), "");
        String arn =
                domains.importCertificate(
                        account,
                        region,
                        Objects.requireNonNullElse(added.certificate(), "").strip() + "\n" + chain,
                        Objects.requireNonNullElse(added.privateKey(), ""));
        return HttpAnswers.json(201, Map.of("serverCertificateArn", arn));
    }

    private ApiResponse delete(AdminRequest request) {
        String arn =
                "arn:aws:acm:%s:%s:certificate/%s"
                        .formatted(region, account, OperatorCalls.part(request, "id"));
        return domains.forgetCertificate(account, arn)
                ? HttpAnswers.json(200, Map.of())
                : HttpAnswers.error(
                        404, "ResourceNotFoundException", "There is no certificate " + arn);
    }
}
