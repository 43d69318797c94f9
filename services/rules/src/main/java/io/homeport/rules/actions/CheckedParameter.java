package io.homeport.rules.actions;

import java.math.BigDecimal;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A parameter whose values are limited. What is wrong without a message is refused with the rule,
/// the rest with the message. Immutable; thread-safe.
///
/// @param rule what values have to be, for messages: `has to be a number`
record CheckedParameter(TemplateParameter parameter, Predicate<String> allowed, String rule) {
    CheckedParameter {
        parameter
                .template()
                .constant()
                .filter(allowed.negate())
                .ifPresent(text -> {
                    throw new InvalidActionException(
                            parameter.name() + " " + rule + ", not '" + text + "'");
                });
    }

    static CheckedParameter number(TemplateParameter parameter) {
        return new CheckedParameter(
                parameter, text -> numberOf(text) != null, "has to be a number");
    }

    /// A number within bounds.
    static CheckedParameter between(TemplateParameter parameter, double least, double most) {
        return new CheckedParameter(
                parameter,
                text -> {
                    BigDecimal number = numberOf(text);
                    return number != null
                            && number.doubleValue() >= least
                            && number.doubleValue() <= most;
                },
                "has to be a number from " + least + " to " + most);
    }

    String in(RuleMatch match) throws ActionFailure {
        String text = parameter.in(match);
        if (!allowed.test(text)) {
            throw ActionFailure.permanent(parameter.name() + " " + rule + ", not '" + text + "'");
        }
        return text;
    }

    /// Null where the text is none. Bounded, because a long exponent is a short text.
    static @Nullable BigDecimal numberOf(String text) {
        try {
            BigDecimal number = new BigDecimal(text.strip());
            boolean small = Math.abs((long) number.scale()) <= 400 && number.precision() <= 400;
            return small && Double.isFinite(number.doubleValue()) ? number : null;
        } catch (NumberFormatException e) {
            return null;
        }
    }
}
