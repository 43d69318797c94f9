package io.homeport.targets;

/// What a stand-in keeps of one target. Immutable.
///
/// @param dropped entries that went because there were too many, since the server was started
public record Kept(long entries, long bytes, long dropped) {}
