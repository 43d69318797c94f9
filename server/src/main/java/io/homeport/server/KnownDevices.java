package io.homeport.server;

import io.homeport.core.AccountId;
import io.homeport.gateway.DeviceIdentity;
import io.homeport.identity.CertificateIdentity;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Who the latest certificates stand for, so that connections with the same certificate share one
/// object, and those of one account and region their names. Bounded: it starts anew when it is
/// full. Thread-safe.
final class KnownDevices {
    private static final int MAXIMUM = 1024;

    private final Map<CertificateIdentity, DeviceIdentity> known = new ConcurrentHashMap<>();
    private volatile @Nullable DeviceIdentity latest;

    DeviceIdentity of(CertificateIdentity certificate) {
        DeviceIdentity device = known.get(certificate);
        return device == null ? remember(certificate) : device;
    }

    private DeviceIdentity remember(CertificateIdentity certificate) {
        AccountId account = certificate.account();
        String region = certificate.region();
        DeviceIdentity before = latest;
        if (before != null && before.account().equals(account) && before.region().equals(region)) {
            account = before.account();
            region = before.region();
        }
        DeviceIdentity device =
                new DeviceIdentity(
                        account,
                        region,
                        DeviceIdentity.Kind.CERTIFICATE,
                        certificate.certificateId());
        latest = device;
        if (known.size() >= MAXIMUM) {
            known.clear();
        }
        known.put(new CertificateIdentity(account, region, device.principalId()), device);
        return device;
    }
}
