package io.homeport.identity;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// The TLS security policies of AWS IoT (developer guide, "Transport security"), as far as they
/// choose versions. Those that have TLS 1.0 and 1.1 get 1.2: older ones aren't spoken here.
enum SecurityPolicy {
    /// TLS 1.3 and 1.2.
    STANDARD("IotSecurityPolicy_TLS13_1_2_2022_10"),
    TLS13_ONLY("IotSecurityPolicy_TLS13_1_3_2022_10"),
    TLS12_ONLY("IotSecurityPolicy_TLS12_1_2_2022_10"),
    TLS12_OF_2016("IotSecurityPolicy_TLS12_1_0_2016_01"),
    TLS12_OF_2015("IotSecurityPolicy_TLS12_1_0_2015_01");

    private static final String TLS_1_3 = "TLSv1.3";
    private static final String TLS_1_2 = "TLSv1.2";

    private final String policyName;

    SecurityPolicy(String policyName) {
        this.policyName = policyName;
    }

    String policyName() {
        return policyName;
    }

    /// The TLS versions that are spoken.
    List<String> versions() {
        return switch (this) {
            case STANDARD -> List.of(TLS_1_3, TLS_1_2);
            case TLS13_ONLY -> List.of(TLS_1_3);
            case TLS12_ONLY, TLS12_OF_2016, TLS12_OF_2015 -> List.of(TLS_1_2);
        };
    }

    static Optional<SecurityPolicy> of(String name) {
        return Arrays.stream(values()).filter(policy -> policy.policyName.equals(name)).findFirst();
    }
}
