package io.homeport.core;

/// An AWS account: twelve decimal digits. Everything that is stored or routed belongs to one.
/// Immutable.
public record AccountId(String value) implements Comparable<AccountId> {
    /// The account that exists without any configuration.
    public static final AccountId DEFAULT = new AccountId("000000000000");

    public AccountId {
        if (value.length() != 12 || !value.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new IllegalArgumentException(
                    "an account id is 12 decimal digits, not '" + value + "'");
        }
    }

    @Override
    public int compareTo(AccountId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
