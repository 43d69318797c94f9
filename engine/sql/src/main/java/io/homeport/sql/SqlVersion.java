package io.homeport.sql;

import java.util.Optional;

/// A version of AWS IoT SQL, `awsIotSqlVersion` of a rule (developer guide, iot-rule-sql-version).
public enum SqlVersion {
    /// The first one: no literals of objects and arrays, no nested queries, 10.0 stays 10.0.
    V2015_10_08("2015-10-08"),
    /// The current one: whole decimals become integers.
    V2016_03_23("2016-03-23"),
    /// The newest one; the same as {@link #V2016_03_23} here.
    BETA("beta");

    private final String text;

    SqlVersion(String text) {
        this.text = text;
    }

    /// The version that a rule's `awsIotSqlVersion` names; empty where there is none of that name.
    public static Optional<SqlVersion> of(String text) {
        for (SqlVersion version : values()) {
            if (version.text.equals(text)) {
                return Optional.of(version);
            }
        }
        return Optional.empty();
    }

    /// As AWS writes it, which is also what `sql_version()` returns.
    public String text() {
        return text;
    }

    boolean atLeast(SqlVersion other) {
        return compareTo(other) >= 0;
    }

    /// Whether whole decimals are written as integers.
    boolean collapsesWholeNumbers() {
        return this != V2015_10_08;
    }
}
