package io.homeport.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.core.AccountId;
import io.homeport.gateway.DeviceIdentity;
import io.homeport.identity.CertificateIdentity;
import org.junit.jupiter.api.Test;

final class KnownDevicesTest {
    private final KnownDevices devices = new KnownDevices();

    @Test
    void connectionsWithOneCertificateShareWhoTheyAre() {
        DeviceIdentity first = devices.of(certificate("000000000001", "eu-west-1", "aa"));

        assertThat(devices.of(certificate("000000000001", "eu-west-1", "aa"))).isSameAs(first);
        assertThat(first)
                .isEqualTo(
                        new DeviceIdentity(
                                new AccountId("000000000001"),
                                "eu-west-1",
                                DeviceIdentity.Kind.CERTIFICATE,
                                "aa"));
    }

    @Test
    void aCertificateThatTwoAccountsOrRegionsHaveStandsForSeveralDevices() {
        DeviceIdentity first = devices.of(certificate("000000000001", "eu-west-1", "aa"));

        assertThat(devices.of(certificate("000000000002", "eu-west-1", "aa")))
                .isNotEqualTo(first)
                .extracting(DeviceIdentity::account)
                .isEqualTo(new AccountId("000000000002"));
        assertThat(devices.of(certificate("000000000001", "us-east-1", "aa")).region())
                .isEqualTo("us-east-1");
    }

    @Test
    void certificatesBeyondThoseThatAreRememberedAreRightAllTheSame() {
        for (int i = 0; i < 5_000; i++) {
            String id = Integer.toString(i);
            assertThat(devices.of(certificate("000000000001", "eu-west-1", id)).principalId())
                    .isEqualTo(id);
        }
    }

    /// With names of its own, as read from a record.
    private static CertificateIdentity certificate(String account, String region, String id) {
        return new CertificateIdentity(
                new AccountId(new String(account.toCharArray())),
                new String(region.toCharArray()),
                id);
    }
}
