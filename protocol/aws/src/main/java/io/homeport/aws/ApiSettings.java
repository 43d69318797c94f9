package io.homeport.aws;

/// How the door treats requests. Immutable.
///
/// @param region the region of requests that don't name one, which are the unsigned ones
/// @param anyCredentials whether every request without a device's certificate is the
///   administrator's of account `000000000000`, whatever its key and signature are, and with none
///   too; for laptops and CI only
public record ApiSettings(String region, boolean anyCredentials) {
    /// Region `us-east-1`, signatures verified.
    public static final ApiSettings DEFAULT = new ApiSettings("us-east-1", false);
}
