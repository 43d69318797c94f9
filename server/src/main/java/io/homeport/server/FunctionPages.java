package io.homeport.server;

import io.homeport.aws.ApiResponse;
import io.homeport.core.AccountId;
import io.homeport.functions.FunctionsService;
import io.homeport.gateway.AdminRequest;
import io.homeport.gateway.Gateway;
import io.homeport.gateway.HttpAnswers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import software.amazon.awssdk.services.lambda.model.ResourceNotFoundException;

/// The operator's pages on functions. Each takes `account` and `region`, which are the server's
/// unless they are given.
///
/// - `GET /_homeport/functions/{name}/logs`, with `lines` (100, at most 10,000)
/// - `GET /_homeport/functions/{name}/code`, with `version` (`$LATEST`), answers the zip file
final class FunctionPages {
    private static final int DEFAULT_LINES = 100;
    private static final int MAXIMUM_LINES = 10_000;

    private final FunctionsService functions;
    private final AccountId account;
    private final String region;

    private FunctionPages(FunctionsService functions, AccountId account, String region) {
        this.functions = functions;
        this.account = account;
        this.region = region;
    }

    static void register(
            Gateway gateway, FunctionsService functions, AccountId account, String region) {
        FunctionPages pages = new FunctionPages(functions, account, region);
        gateway.adminRoute(
                "GET",
                "/_homeport/functions/{name}/logs",
                request -> guarded(request, pages::logs));
        gateway.adminRoute(
                "GET",
                "/_homeport/functions/{name}/code",
                request -> guarded(request, pages::code));
    }

    private static ApiResponse guarded(
            AdminRequest request, Function<AdminRequest, ApiResponse> page) {
        try {
            return page.apply(request);
        } catch (ResourceNotFoundException e) {
            return OperatorCalls.fault(e);
        } catch (IllegalArgumentException e) {
            return OperatorCalls.refused(String.valueOf(e.getMessage()));
        }
    }

    private ApiResponse logs(AdminRequest request) {
        int lines = OperatorCalls.number(request, "lines", DEFAULT_LINES, MAXIMUM_LINES);
        List<String> log =
                functions.log(
                        OperatorCalls.account(request, account),
                        OperatorCalls.region(request, region),
                        OperatorCalls.part(request, "name"),
                        lines);
        return HttpAnswers.text(
                200,
                "text/plain; charset=utf-8",
                log.isEmpty() ? "" : String.join("\n", log) + "\n");
    }

    private ApiResponse code(AdminRequest request) {
        String version = request.parameter("version");
        Optional<Path> zip =
                functions.code(
                        OperatorCalls.account(request, account),
                        OperatorCalls.region(request, region),
                        OperatorCalls.part(request, "name"),
                        version == null ? "$LATEST" : version);
        if (zip.isEmpty()) {
            return HttpAnswers.error(
                    404, "ResourceNotFoundException", "the function's code is a folder");
        }
        try {
            return new ApiResponse(
                    200,
                    Map.of("content-type", List.of("application/zip")),
                    Files.readAllBytes(zip.get()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Where {@link #code} is.
    static String codeUrl(
            Endpoints endpoints, String account, String region, String function, String version) {
        return "%s/_homeport/functions/%s/code?account=%s&region=%s&version=%s"
                .formatted(
                        endpoints.apiUrl(),
                        function,
                        account,
                        region,
                        URLEncoder.encode(version, StandardCharsets.UTF_8));
    }
}
