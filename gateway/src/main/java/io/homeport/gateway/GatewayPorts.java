package io.homeport.gateway;

/// The ports that are bound; -1 where a listener is off. Immutable.
public record GatewayPorts(int api, int mqtts, int https, int mqtt) {}
