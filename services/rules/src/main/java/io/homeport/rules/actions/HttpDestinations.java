package io.homeport.rules.actions;

/// Asked before every request whether its receiver has agreed to get any. Thread-safe; returns at
/// once.
public interface HttpDestinations {
    /// Lets requests to the URL pass where an enabled destination's confirmation URL is its
    /// beginning.
    ///
    /// @throws ActionFailure saying why not; transient while a confirmation is awaited
    void require(String account, String region, String url) throws ActionFailure;
}
