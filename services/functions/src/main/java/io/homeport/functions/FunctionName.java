package io.homeport.functions;

import io.homeport.core.AccountId;
import io.homeport.core.Arn;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A function as callers name it: `name`, `account:function:name`, `function:name` or an ARN, each
/// with or without `:qualifier` (AWS Lambda API reference, parameter `FunctionName`). Immutable.
///
/// @param qualifier a version or an alias; null where the caller gave none
record FunctionName(String account, String region, String name, @Nullable String qualifier) {
    private static final Pattern FORM =
            Pattern.compile(
                    "(?:arn:aws[a-zA-Z-]*:lambda:(?<region>[a-z0-9-]+):)?"
                            + "(?:(?<account>\\d{12}):)?(?:function:)?"
                            + "(?<name>[a-zA-Z0-9-_]{1,64})"
                            + "(?::(?<qualifier>\\$LATEST|[a-zA-Z0-9-_]{1,128}))?");

    /// Reads a name.
    ///
    /// @param account whose function it is where the name doesn't say
    static Optional<FunctionName> parse(String text, AccountId account, String region) {
        Matcher form = FORM.matcher(text);
        if (!form.matches() || (form.group("region") != null && form.group("account") == null)) {
            return Optional.empty();
        }
        return Optional.of(
                new FunctionName(
                        form.group("account") == null ? account.value() : form.group("account"),
                        form.group("region") == null ? region : form.group("region"),
                        form.group("name"),
                        form.group("qualifier")));
    }

    static String arn(String account, String region, String name) {
        return Arn.of("lambda", region, new AccountId(account), "function:" + name).toString();
    }

    /// With the qualifier where there is one.
    String arn() {
        String arn = arn(account, region, name);
        return qualifier == null ? arn : arn + ":" + qualifier;
    }

    /// What the name points to; `$LATEST` where it has no qualifier.
    String target() {
        return qualifier == null ? VersionRecord.LATEST : qualifier;
    }

    FunctionName qualifiedAs(String other) {
        return new FunctionName(account, region, name, other);
    }

    /// The function itself, without a qualifier.
    FunctionName unqualified() {
        return new FunctionName(account, region, name, null);
    }

    static boolean isVersion(String qualifier) {
        return qualifier.equals(VersionRecord.LATEST)
                || qualifier.chars().allMatch(c -> c >= '0' && c <= '9');
    }
}
