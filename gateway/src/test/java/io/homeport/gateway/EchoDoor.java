package io.homeport.gateway;

import io.homeport.aws.ApiRequest;
import io.homeport.aws.ApiResponse;
import io.homeport.aws.Authentication;
import io.homeport.aws.Caller;
import io.homeport.core.AccountId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// Answers with what was asked; `/slow` waits until the test lets it go. The signature `good` is
/// the administrator's. Thread-safe.
final class EchoDoor implements ApiPort {
    final BlockingQueue<ApiRequest> requests = new LinkedBlockingQueue<>();
    final CountDownLatch slowMayEnd = new CountDownLatch(1);

    @Override
    public ApiResponse handle(ApiRequest request) {
        requests.add(request);
        if (request.rawPath().equals("/slow")) {
            try {
                if (!slowMayEnd.await(10, TimeUnit.SECONDS)) {
                    throw new IllegalStateException("the test forgot a slow request");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        Map<String, Object> echo = new LinkedHashMap<>();
        echo.put("method", request.method());
        echo.put("path", request.rawPath());
        echo.put("query", request.rawQuery());
        echo.put("bytes", request.body().length);
        Caller device = request.deviceCaller();
        if (device != null
                && device.principal() instanceof Caller.Principal.Device(String id, _, _)) {
            echo.put("device", id);
        }
        return HttpAnswers.json(200, echo);
    }

    @Override
    public Authentication authenticate(ApiRequest request, Set<String> signingNames) {
        if ("good".equals(request.header("authorization"))
                || request.rawQuery().contains("X-Amz-Signature=good")) {
            return new Authentication.Accepted(
                    new Caller(
                            AccountId.DEFAULT,
                            "us-east-1",
                            new Caller.Principal.ApiUser("admin", "AKIATEST", true),
                            "r",
                            request.sourceIp()));
        }
        return new Authentication.Refused(
                HttpAnswers.error(403, "InvalidSignatureException", "wrong signature"),
                "InvalidSignatureException",
                "wrong signature");
    }
}
