/// AWS IoT SQL: statements and substitution templates are parsed with the position of a mistake,
/// compiled once to nodes with resolved functions and folded constants, and evaluated over a {@link
/// io.homeport.sql.SqlMessage} in an {@link io.homeport.sql.Environment}. Pure: no I/O, threads or
/// clock; what needs the outside goes through {@link io.homeport.sql.ExternalFunctions}.
///
/// Statements, templates, messages and values are immutable and thread-safe; an Environment belongs
/// to one thread at a time. Evaluation is bounded in depth, work, regular expression steps and
/// output by {@link io.homeport.sql.SqlLimits}.
@NullMarked
package io.homeport.sql;

import org.jspecify.annotations.NullMarked;
