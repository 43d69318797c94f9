package io.homeport.core;

/// Which limits and deviations the server shows. Each module turns it into its own record of
/// limits; nothing branches on it elsewhere.
public enum Profile {
    /// The MQTT specifications in full and generous limits.
    OPEN,
    /// AWS IoT's documented limits, deviations and reason codes.
    AWS
}
