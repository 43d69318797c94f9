package io.homeport.core.targets;

import org.jspecify.annotations.Nullable;

/// The current version of a secret, which has one of the two. Never printed.
///
/// @param text its SecretString
/// @param binary its SecretBinary
public record SecretValue(@Nullable String text, byte @Nullable [] binary) {
    /// Written out because javac puts the annotation of an array parameter of a compact constructor
    /// in the wrong place of the class file.
    public SecretValue(@Nullable String text, byte @Nullable [] binary) {
        this.text = text;
        this.binary = binary;
    }

    @Override
    public String toString() {
        return "***";
    }
}
