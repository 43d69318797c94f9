package io.homeport.registry;

/// How many there are of something that has a limit, as it is stored. Immutable.
record CountRecord(int count) {}
