package io.homeport.registry;

/// A thing group by name and id. Immutable.
record GroupReference(String name, String id) {}
