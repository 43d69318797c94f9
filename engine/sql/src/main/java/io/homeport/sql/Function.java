package io.homeport.sql;

/// A function of the table. Immutable.
///
/// @param name in lower case
/// @param minimum of arguments
/// @param maximum of arguments
/// @param since the first version that has it
/// @param pure whether equal arguments give equal results, so that it is evaluated at creation
///   where its arguments are known
/// @param external whether it asks {@link ExternalFunctions}
record Function(
        String name,
        int minimum,
        int maximum,
        SqlVersion since,
        boolean pure,
        boolean external,
        Body body) {
    /// Wrong types give Undefined.
    @FunctionalInterface
    interface Body {
        Value call(Value[] arguments, Environment environment);
    }

    /// For people.
    String arity() {
        String count =
                minimum == maximum
                        ? "" + minimum
                        : maximum == Integer.MAX_VALUE
                                ? "at least " + minimum
                                : minimum + " to " + maximum;
        return count + (minimum == 1 && maximum == 1 ? " argument" : " arguments");
    }
}
