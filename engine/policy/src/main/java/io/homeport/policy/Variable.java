package io.homeport.policy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A policy variable in a text, for example `${iot:ClientId}` or `${aws:PrincipalTag/team, 'all'}`.
///
/// @param source the text between `$` and `}` with both, which stays where nothing is put in its
///   place
/// @param fallback what stands for it where it has no value
record Variable(String name, @Nullable String fallback, String source) {
    /// Longer values are not put into a policy.
    static final int MAXIMUM_VALUE = 1024;

    /// The value, literally meant; the variable's own text where it has no usable value.
    String resolve(PolicyContext context) {
        String value = value(context);
        if (value == null) {
            return fallback == null ? source : fallback;
        }
        return obstacle(value) == null ? value : source;
    }

    /// The first value, or null where there is none or where it is empty: an empty value must not
    /// turn `topic/${team}*` into `topic/*`.
    @Nullable String value(PolicyContext context) {
        List<String> values = context.values(name);
        return values.isEmpty() || values.getFirst().isEmpty() ? null : values.getFirst();
    }

    /// Why a value is not put in the variable's place; null where it is.
    static @Nullable String obstacle(String value) {
        if (value.length() > MAXIMUM_VALUE) {
            return "it is longer than " + MAXIMUM_VALUE + " characters";
        }
        for (int i = 0; i < value.length(); i++) {
            if ("*$+?#".indexOf(value.charAt(i)) >= 0) {
                return "it contains \"" + value.charAt(i) + "\"";
            }
        }
        return null;
    }
}
