package io.homeport.rules.actions;

/// Asked before every delivery whether it may go where it is to go. Thread-safe; returns at once.
public interface RuleDestinations {
    /// Lets requests to the URL pass where an enabled destination's confirmation URL is its
    /// beginning.
    ///
    /// @throws ActionFailure saying why not; transient while a confirmation is awaited
    void require(String account, String region, String url) throws ActionFailure;

    /// Lets deliveries pass where the account has this destination in a VPC and it is enabled.
    ///
    /// @throws ActionFailure saying why not
    void requireVpc(String account, String region, String arn) throws ActionFailure;
}
