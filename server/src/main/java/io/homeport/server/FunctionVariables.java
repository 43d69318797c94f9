package io.homeport.server;

import io.homeport.core.AccountId;
import io.homeport.core.Clock;
import io.homeport.functions.FunctionsService;
import io.homeport.identity.AccessKey;
import io.homeport.identity.RoleSessions;
import io.homeport.identity.RoleSessions.Standing;
import io.homeport.identity.TemporaryCredentials;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What functions get to call this server with: its endpoint, and credentials of their role. Where
/// there is no such role, they get the administrator's access key, since they run as the server's
/// own user, who can read that key anyway. Thread-safe.
final class FunctionVariables implements FunctionsService.Variables {
    private static final Logger LOG = LoggerFactory.getLogger(FunctionVariables.class);
    private static final String LAMBDA = "lambda.amazonaws.com";
    private static final Duration GOOD_FOR = Duration.ofHours(12);

    /// A process gets no further invocation when its credentials end sooner than the longest
    /// invocation may.
    private static final Duration MARGIN = Duration.ofMinutes(20);

    private final Supplier<Endpoints> endpoints;
    private final AccessKey administrator;
    private final RoleSessions sessions;
    private final Clock clock;

    FunctionVariables(
            Supplier<Endpoints> endpoints,
            AccessKey administrator,
            RoleSessions sessions,
            Clock clock) {
        this.endpoints = endpoints;
        this.administrator = administrator;
        this.sessions = sessions;
        this.clock = clock;
    }

    /// Where programs are looked for; never empty.
    static String searchPath() {
        String path = System.getenv("PATH");
        return path == null || path.isEmpty() ? "/usr/local/bin:/usr/bin:/bin" : path;
    }

    @Override
    public FunctionsService.Given of(AccountId account, String functionArn, String role) {
        Map<String, String> variables = new HashMap<>();
        Endpoints here = endpoints.get();
        variables.put("AWS_ENDPOINT_URL", here.apiUrl());
        if (here.apiUrl().startsWith("https:")) {
            variables.put("AWS_CA_BUNDLE", here.caFile().toString());
            variables.put("NODE_EXTRA_CA_CERTS", here.caFile().toString());
        }
        Standing standing = sessions.standing(account, role, LAMBDA, functionArn);
        BooleanSupplier unchanged =
                () -> sessions.standing(account, role, LAMBDA, functionArn).equals(standing);
        return switch (standing) {
            case Standing.Absent _ -> {
                put(variables, administrator.accessKeyId(), administrator.secretAccessKey());
                yield new FunctionsService.Given(variables, unchanged);
            }
            case Standing.Untrusting _ -> withoutKeys(variables, functionArn, role, unchanged);
            case Standing.Assumable _ ->
                    sessions.assume(
                                    account,
                                    role,
                                    LAMBDA,
                                    functionArn,
                                    nameOf(functionArn),
                                    Map.of("lambda:sourcefunctionarn", functionArn),
                                    GOOD_FOR)
                            .map(made -> withRole(variables, made, unchanged))
                            .orElseGet(() -> withoutKeys(variables, functionArn, role, unchanged));
        };
    }

    @Override
    public boolean assumable(AccountId account, String functionArn, String role) {
        return !(sessions.standing(account, role, LAMBDA, functionArn)
                instanceof Standing.Untrusting);
    }

    private FunctionsService.Given withRole(
            Map<String, String> variables, TemporaryCredentials made, BooleanSupplier unchanged) {
        put(variables, made.accessKeyId(), made.secretAccessKey());
        variables.put("AWS_SESSION_TOKEN", made.sessionToken());
        Instant until = made.expiration().minus(MARGIN);
        return new FunctionsService.Given(
                variables, () -> clock.now().isBefore(until) && unchanged.getAsBoolean());
    }

    private static FunctionsService.Given withoutKeys(
            Map<String, String> variables,
            String functionArn,
            String role,
            BooleanSupplier unchanged) {
        LOG.atWarn()
                .addKeyValue("function", functionArn)
                .addKeyValue("role", role)
                .log(
                        "functions.role.untrusting: the function runs without credentials; let the"
                                + " role's trust policy name "
                                + LAMBDA);
        return new FunctionsService.Given(variables, unchanged);
    }

    private static void put(Map<String, String> variables, String id, String secret) {
        variables.put("AWS_ACCESS_KEY_ID", id);
        variables.put("AWS_SECRET_ACCESS_KEY", secret);
    }

    private static String nameOf(String functionArn) {
        return functionArn.substring(functionArn.lastIndexOf(':') + 1);
    }
}
