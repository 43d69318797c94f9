package io.homeport.core;

/// One MQTT 5 user property; order and duplicates matter. Immutable.
public record UserProperty(String name, String value) {}
