package io.homeport.server;

import io.homeport.core.AccountId;
import io.homeport.functions.FunctionsService;
import io.homeport.identity.AccessKey;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/// What functions get to call this server with: its endpoint, and the administrator's access key,
/// since they run as the server's own user, who can read that key anyway. Immutable.
record FunctionVariables(Supplier<Endpoints> endpoints, AccessKey key)
        implements FunctionsService.Variables {

    /// Where programs are looked for; never empty.
    static String searchPath() {
        String path = System.getenv("PATH");
        return path == null || path.isEmpty() ? "/usr/local/bin:/usr/bin:/bin" : path;
    }

    @Override
    public Map<String, String> of(AccountId account, String region, String role) {
        Endpoints here = endpoints.get();
        Map<String, String> variables = new HashMap<>();
        variables.put("AWS_ENDPOINT_URL", here.apiUrl());
        variables.put("AWS_ACCESS_KEY_ID", key.accessKeyId());
        variables.put("AWS_SECRET_ACCESS_KEY", key.secretAccessKey());
        if (here.apiUrl().startsWith("https:")) {
            variables.put("AWS_CA_BUNDLE", here.caFile().toString());
            variables.put("NODE_EXTRA_CA_CERTS", here.caFile().toString());
        }
        return variables;
    }
}
