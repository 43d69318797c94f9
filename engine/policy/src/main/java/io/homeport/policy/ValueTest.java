package io.homeport.policy;

/// One value of a condition: whether a request's value matches it. Immutable.
@FunctionalInterface
interface ValueTest {
    boolean matches(String value, PolicyContext context);
}
