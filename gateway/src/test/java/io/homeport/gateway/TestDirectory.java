package io.homeport.gateway;

import io.homeport.core.AccountId;
import io.homeport.policy.PolicyContext;
import io.homeport.policy.PolicyDocument;
import io.homeport.policy.PolicySet;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Knows the certificates that a test registers. Thread-safe.
final class TestDirectory implements DeviceDirectory {
    static final String ALLOW_ALL =
            """
            {"Version":"2012-10-17","Statement":[
              {"Effect":"Allow","Action":"iot:*","Resource":"*"}]}
            """;

    final AtomicInteger rightsAsked = new AtomicInteger();
    private final Map<X509Certificate, String> registered = new ConcurrentHashMap<>();
    private final AtomicLong version = new AtomicLong();
    private volatile String policy = ALLOW_ALL;

    void register(X509Certificate certificate, String id) {
        registered.put(certificate, id);
    }

    void revoke(X509Certificate certificate) {
        registered.remove(certificate);
    }

    void policy(String document) {
        policy = document;
        version.incrementAndGet();
    }

    @Override
    public Authentication authenticate(List<X509Certificate> chain, @Nullable String serverName) {
        String id = registered.get(chain.getFirst());
        return id == null
                ? new Authentication.Refused("the certificate isn't registered")
                : new Authentication.Accepted(
                        new DeviceIdentity(
                                AccountId.DEFAULT,
                                "us-east-1",
                                DeviceIdentity.Kind.CERTIFICATE,
                                id));
    }

    @Override
    public Rights rights(DeviceIdentity identity, @Nullable String clientId) {
        rightsAsked.incrementAndGet();
        return new Rights(
                new PolicySet(
                        List.of(new PolicySet.NamedPolicy("P", PolicyDocument.parse(policy)))),
                PolicyContext.EMPTY,
                null,
                List.of());
    }

    @Override
    public long version() {
        return version.get();
    }

    @Override
    public void onChange(ChangeListener listener) {}
}
