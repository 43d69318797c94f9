package io.homeport.sql;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Text to syntax tree, by recursive descent. Owned by one thread.
final class Parser {
    /// What a field can't be called without `get(*, 'name')`.
    private static final Set<String> RESERVED =
            Set.of("SELECT", "FROM", "WHERE", "AS", "AND", "OR", "NOT", "CASE");

    private static final Set<String> OF_CASE = Set.of("WHEN", "THEN", "ELSE", "END");

    private final Lexer lexer;
    private Token current;
    private int nesting;
    private int cases;

    /// @param start index of the first character to read
    Parser(String text, int start) {
        if (text.length() > SqlLimits.STATEMENT_LENGTH) {
            throw SqlParseException.at(
                    text,
                    SqlLimits.STATEMENT_LENGTH,
                    "a text of " + text.length() + " characters",
                    "at most " + SqlLimits.STATEMENT_LENGTH);
        }
        this.lexer = new Lexer(text, start);
        this.current = lexer.next();
    }

    Expression.Statement statement() {
        List<Expression.Assignment> assignments = List.of();
        if (current.isKeyword("SET")) {
            advance();
            assignments = assignments();
        }
        expectKeyword("SELECT");
        boolean value = selectsValue();
        List<Expression.Item> items = items(value);
        String filter = null;
        if (current.isKeyword("FROM")) {
            filter = topicFilter();
        }
        Expression where = where();
        if (current.kind() != Token.Kind.END) {
            throw unexpected(
                    where != null
                            ? "an operator or the end of the statement"
                            : filter != null
                                    ? "WHERE or the end of the statement"
                                    : "an operator, ',', AS, FROM, WHERE or the end of the"
                                            + " statement");
        }
        return new Expression.Statement(
                assignments, new Expression.Select(value, items, where), filter);
    }

    /// The expression of a template, up to its closing brace.
    Expression template() {
        Expression expression = current.isSymbol("*") ? everything() : expression();
        if (!current.isSymbol("}")) {
            throw unexpected("an operator or '}'");
        }
        return expression;
    }

    /// Behind the current token.
    int end() {
        return current.end();
    }

    private List<Expression.Assignment> assignments() {
        List<Expression.Assignment> assignments = new ArrayList<>();
        do {
            Token name = current;
            if (name.kind() != Token.Kind.VARIABLE) {
                throw unexpected("a variable such as '@name'");
            }
            if (name.text().length() > SqlLimits.VARIABLE_NAME) {
                throw unexpected("a name of at most " + SqlLimits.VARIABLE_NAME + " characters");
            }
            advance();
            expectSymbol("=");
            Expression value = current.isSymbol("*") ? everything() : expression();
            assignments.add(new Expression.Assignment(name.start(), name.text(), value));
            if (current.isSymbol(";") || current.isKeyword("SET")) {
                throw unexpected("',' before another variable, or SELECT; SET stands only once");
            }
        } while (skipSymbol(","));
        if (!current.isKeyword("SELECT")) {
            throw unexpected("an operator, ',' or SELECT");
        }
        return assignments;
    }

    /// `value` is also a name of fields, so what follows decides: VALUE is the keyword where an
    /// expression follows it, and a field where an operator or the end of the item does.
    private boolean selectsValue() {
        if (!current.isKeyword("VALUE")) {
            return false;
        }
        Token value = current;
        advance();
        boolean keyword =
                switch (current.kind()) {
                    case STRING, NUMBER, VARIABLE -> true;
                    case NAME ->
                            !RESERVED.contains(upper(current))
                                    || current.isKeyword("NOT")
                                    || current.isKeyword("CASE");
                    case SYMBOL ->
                            current.isSymbol("(")
                                    || current.isSymbol("[")
                                    || current.isSymbol("{")
                                    || (current.isSymbol("*") && isWholeItem());
                    case END -> false;
                };
        if (!keyword) {
            lexer.position(value.end());
            current = value;
        }
        return keyword;
    }

    /// Whether the `*` that is current is an item and not a multiplication.
    private boolean isWholeItem() {
        int back = lexer.position();
        Token next = lexer.next();
        lexer.position(back);
        return next.kind() == Token.Kind.END
                || next.isSymbol(",")
                || next.isSymbol(")")
                || next.isKeyword("FROM")
                || next.isKeyword("WHERE")
                || next.isKeyword("AS");
    }

    private List<Expression.Item> items(boolean value) {
        List<Expression.Item> items = new ArrayList<>();
        do {
            Expression expression = current.isSymbol("*") ? everything() : expression();
            List<String> alias = List.of();
            if (current.isKeyword("AS")) {
                if (value) {
                    throw unexpected("FROM, since SELECT VALUE gives its value no name");
                }
                advance();
                alias = alias();
            }
            items.add(new Expression.Item(expression, alias));
            if (value && current.isSymbol(",")) {
                throw unexpected("FROM, since SELECT VALUE takes one item");
            }
        } while (skipSymbol(","));
        return List.copyOf(items);
    }

    private List<String> alias() {
        List<String> alias = new ArrayList<>();
        do {
            if (current.kind() != Token.Kind.NAME) {
                throw unexpected("a name after AS");
            }
            alias.add(current.text());
            advance();
        } while (skipSymbol("."));
        return List.copyOf(alias);
    }

    private String topicFilter() {
        lexer.position(current.end());
        char first = lexer.peek();
        Token filter = first == '\'' || first == '"' ? lexer.next() : lexer.word();
        if (filter.kind() == Token.Kind.END) {
            throw lexer.error(filter.start(), filter.describe(), "a topic filter in quotes");
        }
        int quote = first == '\'' || first == '"' ? 1 : 0;
        TopicFilters.check(filter.text(), filter.start() + quote, lexer);
        advance();
        return filter.text();
    }

    private @Nullable Expression where() {
        if (!current.isKeyword("WHERE")) {
            return null;
        }
        advance();
        return expression();
    }

    private Expression nested() {
        Token select = current;
        advance();
        boolean value = selectsValue();
        List<Expression.Item> items = items(value);
        if (!current.isKeyword("FROM")) {
            throw unexpected("an operator, ',', AS or FROM");
        }
        advance();
        Expression source = postfix();
        Expression where = where();
        return new Expression.Nested(
                select.start(), new Expression.Select(value, items, where), source);
    }

    Expression expression() {
        if (++nesting > SqlLimits.NESTING) {
            throw lexer.error(
                    current.start(),
                    "an expression within " + SqlLimits.NESTING + " others",
                    "less nesting");
        }
        Expression expression = binary(0);
        nesting--;
        return expression;
    }

    /// Operators that bind tighter than a precedence, by climbing.
    private Expression binary(int above) {
        Expression left = above < 3 && current.isKeyword("NOT") ? not() : unary();
        int chain = 0;
        while (true) {
            Operator operator = Operator.of(current);
            if (operator == null || operator.precedence() <= above) {
                return left;
            }
            Token token = current;
            if (++chain > SqlLimits.CHAIN) {
                throw unexpected("at most " + SqlLimits.CHAIN + " operators in a row");
            }
            advance();
            Expression right = binary(operator.precedence());
            left = new Expression.Binary(token.start(), operator.operator(), left, right);
        }
    }

    /// An operator with its precedence.
    private record Operator(Expression.Operator operator, int precedence) {
        static @Nullable Operator of(Token token) {
            Expression.Operator operator = Expression.Operator.of(token);
            return operator == null ? null : new Operator(operator, operator.precedence);
        }
    }

    private Expression not() {
        Token not = current;
        deeper();
        advance();
        Expression operand = current.isKeyword("NOT") ? not() : binary(3);
        nesting--;
        return new Expression.Not(not.start(), operand);
    }

    private Expression unary() {
        if (!current.isSymbol("-")) {
            return postfix();
        }
        Token minus = current;
        deeper();
        advance();
        Expression operand = unary();
        nesting--;
        return new Expression.Minus(minus.start(), operand);
    }

    private void deeper() {
        if (++nesting > SqlLimits.NESTING) {
            throw lexer.error(
                    current.start(),
                    "an expression within " + SqlLimits.NESTING + " others",
                    "less nesting");
        }
    }

    private Expression postfix() {
        Expression target = primary();
        int chain = 0;
        while (current.isSymbol(".")) {
            Token dot = current;
            advance();
            if (current.kind() == Token.Kind.NUMBER) {
                throw unexpected("a name after '.'; a key of digits is read with get()");
            }
            if (current.kind() != Token.Kind.NAME) {
                throw unexpected("a name after '.'");
            }
            if (++chain > SqlLimits.CHAIN) {
                throw unexpected("at most " + SqlLimits.CHAIN + " members in a row");
            }
            target = new Expression.Member(dot.start(), target, current.text());
            advance();
        }
        if (current.isSymbol("[")) {
            throw unexpected("an operator; an item of an array is read with get(array, index)");
        }
        return target;
    }

    private Expression primary() {
        Token token = current;
        return switch (token.kind()) {
            case STRING -> {
                advance();
                yield new Expression.Literal(token.start(), new Value.Text(token.text()));
            }
            case NUMBER -> number(token);
            case VARIABLE -> {
                advance();
                yield new Expression.Variable(token.start(), token.text());
            }
            case NAME -> name(token);
            case SYMBOL ->
                    switch (token.text()) {
                        case "(" -> parenthesis();
                        case "[" -> array(token);
                        case "{" -> object(token);
                        default -> throw unexpected("an expression");
                    };
            case END -> throw unexpected("an expression");
        };
    }

    private Expression number(Token token) {
        Value value = Absent.UNDEFINED;
        if (token.text().length() <= 1_100) {
            try {
                value = Numbers.of(new BigDecimal(token.text()));
            } catch (NumberFormatException e) {
                // An exponent beyond what BigDecimal holds: out of range like any other.
            }
        }
        if (value.isUndefined()) {
            throw unexpected("a number of at most 9.99E999");
        }
        advance();
        return new Expression.Literal(token.start(), value);
    }

    private Expression name(Token token) {
        String word = upper(token);
        boolean call = lexer.peek() == '(';
        if (word.equals("CASE")) {
            return caseOf(token);
        }
        if (RESERVED.contains(word) || (cases > 0 && OF_CASE.contains(word))) {
            throw unexpected("an expression");
        }
        advance();
        if (call) {
            return word.equals("CAST") ? cast(token) : call(token);
        }
        return switch (word) {
            case "NULL" -> new Expression.Literal(token.start(), Absent.NULL);
            case "TRUE" -> new Expression.Literal(token.start(), Value.Bool.TRUE);
            case "FALSE" -> new Expression.Literal(token.start(), Value.Bool.FALSE);
            default -> new Expression.Field(token.start(), token.text());
        };
    }

    private Expression call(Token name) {
        expectSymbol("(");
        List<Expression> arguments = new ArrayList<>();
        if (!current.isSymbol(")")) {
            do {
                arguments.add(current.isSymbol("*") ? everything() : expression());
            } while (skipSymbol(","));
        }
        if (!current.isSymbol(")")) {
            throw unexpected("an operator, ',' or ')'");
        }
        advance();
        return new Expression.Call(name.start(), name.text(), List.copyOf(arguments));
    }

    private Expression cast(Token name) {
        expectSymbol("(");
        Expression value = expression();
        expectKeyword("AS");
        Token type = current;
        if (type.kind() != Token.Kind.NAME) {
            throw unexpected("a type such as Int, Decimal, String or Boolean");
        }
        advance();
        expectSymbol(")");
        return new Expression.Cast(name.start(), value, type.text(), type.start());
    }

    private Expression caseOf(Token token) {
        advance();
        cases++;
        Expression value = expression();
        if (!current.isKeyword("WHEN")) {
            throw unexpected("an operator or WHEN");
        }
        List<Expression.When> branches = new ArrayList<>();
        while (current.isKeyword("WHEN")) {
            advance();
            Expression match = expression();
            expectKeyword("THEN");
            branches.add(new Expression.When(match, expression()));
        }
        Expression otherwise = null;
        if (current.isKeyword("ELSE")) {
            advance();
            otherwise = expression();
        }
        if (!current.isKeyword("END")) {
            throw unexpected(
                    otherwise == null ? "an operator, WHEN, ELSE or END" : "an operator or END");
        }
        cases--;
        advance();
        return new Expression.Case(token.start(), value, List.copyOf(branches), otherwise);
    }

    private Expression parenthesis() {
        advance();
        int outer = cases;
        cases = 0;
        Expression inner;
        if (current.isKeyword("SELECT")) {
            deeper();
            inner = nested();
            nesting--;
        } else {
            inner = expression();
        }
        if (!current.isSymbol(")")) {
            throw unexpected("an operator or ')'");
        }
        cases = outer;
        advance();
        return inner;
    }

    private Expression array(Token token) {
        advance();
        List<Expression> items = new ArrayList<>();
        if (!current.isSymbol("]")) {
            do {
                items.add(expression());
            } while (skipSymbol(","));
        }
        if (!current.isSymbol("]")) {
            throw unexpected("an operator, ',' or ']'");
        }
        advance();
        return new Expression.ArrayLiteral(token.start(), List.copyOf(items));
    }

    private Expression object(Token token) {
        advance();
        List<Expression.Entry> entries = new ArrayList<>();
        if (!current.isSymbol("}")) {
            do {
                if (current.kind() != Token.Kind.STRING) {
                    throw unexpected("a key in quotes");
                }
                String key = current.text();
                advance();
                expectSymbol(":");
                entries.add(new Expression.Entry(key, expression()));
            } while (skipSymbol(","));
        }
        if (!current.isSymbol("}")) {
            throw unexpected("an operator, ',' or '}'");
        }
        advance();
        return new Expression.ObjectLiteral(token.start(), List.copyOf(entries));
    }

    private Expression everything() {
        Token token = current;
        advance();
        return new Expression.Everything(token.start());
    }

    private void advance() {
        current = lexer.next();
    }

    private boolean skipSymbol(String symbol) {
        if (!current.isSymbol(symbol)) {
            return false;
        }
        advance();
        return true;
    }

    private void expectSymbol(String symbol) {
        if (!skipSymbol(symbol)) {
            throw unexpected("'" + symbol + "'");
        }
    }

    private void expectKeyword(String keyword) {
        if (!current.isKeyword(keyword)) {
            throw unexpected(keyword);
        }
        advance();
    }

    private SqlParseException unexpected(String expected) {
        return lexer.error(current.start(), current.describe(), expected);
    }

    private static String upper(Token token) {
        return token.text().toUpperCase(Locale.ROOT);
    }
}
