package io.homeport.sql;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// An expression as it was written. Immutable; `position` is the index of its first character, for
/// messages.
sealed interface Expression {
    int position();

    record Literal(int position, Value value) implements Expression {}

    /// A field of the payload or of the item of a nested query.
    record Field(int position, String name) implements Expression {}

    record Variable(int position, String name) implements Expression {}

    record Member(int position, Expression target, String name) implements Expression {}

    /// `*`: the whole payload or item.
    record Everything(int position) implements Expression {}

    record Call(int position, String name, List<Expression> arguments) implements Expression {}

    record Cast(int position, Expression value, String type, int typePosition)
            implements Expression {}

    record Not(int position, Expression operand) implements Expression {}

    record Minus(int position, Expression operand) implements Expression {}

    record Binary(int position, Operator operator, Expression left, Expression right)
            implements Expression {}

    record Case(int position, Expression value, List<When> branches, @Nullable Expression otherwise)
            implements Expression {}

    record When(Expression match, Expression result) {}

    record ObjectLiteral(int position, List<Entry> entries) implements Expression {}

    record Entry(String key, Expression value) {}

    record ArrayLiteral(int position, List<Expression> items) implements Expression {}

    record Nested(int position, Select select, Expression source) implements Expression {}

    /// SELECT without its FROM, which differs between statements and nested queries.
    ///
    /// @param value whether it is SELECT VALUE
    record Select(boolean value, List<Item> items, @Nullable Expression where) {}

    /// @param alias the segments behind AS; empty where there is none
    record Item(Expression expression, List<String> alias) {}

    /// @param filter the topic filter; null for Basic Ingest
    record Statement(List<Assignment> assignments, Select select, @Nullable String filter) {}

    record Assignment(int position, String name, Expression value) {}

    enum Operator {
        OR("OR", 1),
        AND("AND", 2),
        EQUAL("=", 4),
        NOT_EQUAL("<>", 4),
        LESS("<", 4),
        LESS_OR_EQUAL("<=", 4),
        GREATER(">", 4),
        GREATER_OR_EQUAL(">=", 4),
        PLUS("+", 5),
        MINUS("-", 5),
        TIMES("*", 6),
        DIVIDED("/", 6),
        MODULO("%", 6);

        final String text;

        /// Higher binds tighter; NOT has 3.
        final int precedence;

        Operator(String text, int precedence) {
            this.text = text;
            this.precedence = precedence;
        }

        /// The operator that a token is; null where it is none.
        static @Nullable Operator of(Token token) {
            if (token.kind() == Token.Kind.NAME) {
                return token.isKeyword("AND") ? AND : token.isKeyword("OR") ? OR : null;
            }
            if (token.kind() == Token.Kind.SYMBOL) {
                for (Operator operator : values()) {
                    if (operator.text.equals(token.text())) {
                        return operator;
                    }
                }
            }
            return null;
        }
    }
}
