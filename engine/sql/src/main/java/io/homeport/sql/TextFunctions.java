package io.homeport.sql;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.function.BiPredicate;
import java.util.function.UnaryOperator;

/// Functions of texts. Arguments go through the standard conversion to String; Null and Undefined
/// have none and give Undefined. Characters are counted as UTF-16 has them. Stateless.
final class TextFunctions {
    private static final int LARGEST_PADDING = 1_000;

    private TextFunctions() {}

    static void addTo(Functions table) {
        SqlVersion v2 = SqlVersion.V2016_03_23;
        table.pure("chr", 1, TextFunctions::chr);
        table.pure("endswith", 2, test(String::endsWith));
        table.pure("indexof", 2, 2, v2, TextFunctions::indexof);
        table.pure("length", 1, 1, v2, TextFunctions::length);
        table.pure("lower", 1, text(text -> text.toLowerCase(Locale.ROOT)));
        table.pure("lpad", 2, (a, e) -> pad(a, e, true));
        table.pure("ltrim", 1, text(String::stripLeading));
        table.pure("numbytes", 1, 1, v2, TextFunctions::numbytes);
        table.pure("replace", 3, TextFunctions::replace);
        table.pure("rpad", 2, (a, e) -> pad(a, e, false));
        table.pure("rtrim", 1, text(String::stripTrailing));
        table.pure("startswith", 2, test(String::startsWith));
        table.pure("substring", 2, 3, SqlVersion.V2015_10_08, TextFunctions::substring);
        table.pure("trim", 1, text(String::strip));
        table.pure("upper", 1, text(text -> text.toUpperCase(Locale.ROOT)));
        table.pure("md2", 1, hash("MD2"));
        table.pure("md5", 1, hash("MD5"));
        table.pure("sha1", 1, hash("SHA-1"));
        table.pure("sha224", 1, hash("SHA-224"));
        table.pure("sha256", 1, hash("SHA-256"));
        table.pure("sha384", 1, hash("SHA-384"));
        table.pure("sha512", 1, hash("SHA-512"));
        table.pure("regexp_matches", 2, (a, e) -> Regex.matches(Regex.of(a[1], e), a, e));
        table.pure("regexp_replace", 3, (a, e) -> Regex.replace(Regex.of(a[1], e), a, e));
        table.pure("regexp_substr", 2, (a, e) -> Regex.substr(Regex.of(a[1], e), a, e));
    }

    private static Function.Body text(UnaryOperator<String> operator) {
        return (a, e) -> {
            String text = Values.text(a[0], e);
            return text == null ? Absent.UNDEFINED : e.text(operator.apply(text));
        };
    }

    private static Function.Body test(BiPredicate<String, String> predicate) {
        return (a, e) -> {
            String first = Values.text(a[0], e);
            String second = Values.text(a[1], e);
            return first == null || second == null
                    ? Absent.UNDEFINED
                    : Value.Bool.of(predicate.test(first, second));
        };
    }

    private static Function.Body hash(String algorithm) {
        return (a, e) -> {
            String text = Values.text(a[0], e);
            if (text == null) {
                return Absent.UNDEFINED;
            }
            e.spend(text.length());
            return new Value.Text(HexFormat.of().formatHex(digest(algorithm, text)));
        };
    }

    private static byte[] digest(String algorithm, String text) {
        try {
            return MessageDigest.getInstance(algorithm)
                    .digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the JDK lacks " + algorithm, e);
        }
    }

    /// ASCII has codes 0 to 127.
    private static Value chr(Value[] a, Environment environment) {
        BigInteger code = Numbers.floor(a[0]);
        return code == null || code.signum() < 0 || code.bitLength() > 7
                ? Absent.UNDEFINED
                : new Value.Text(String.valueOf((char) code.intValue()));
    }

    private static Value indexof(Value[] a, Environment environment) {
        String text = Values.text(a[0], environment);
        String part = Values.text(a[1], environment);
        if (text == null || part == null) {
            return Absent.UNDEFINED;
        }
        environment.spendSearch(text, part);
        return Numbers.of(text.indexOf(part));
    }

    private static Value length(Value[] a, Environment environment) {
        String text = Values.text(a[0], environment);
        return text == null ? Absent.UNDEFINED : Numbers.of(text.length());
    }

    private static Value numbytes(Value[] a, Environment environment) {
        String text = Values.text(a[0], environment);
        return text == null
                ? Absent.UNDEFINED
                : Numbers.of(text.getBytes(StandardCharsets.UTF_8).length);
    }

    /// Adds spaces; the number isn't the width.
    private static Value pad(Value[] a, Environment environment, boolean left) {
        String text = Values.text(a[0], environment);
        BigInteger number = Numbers.floor(a[1]);
        if (text == null || number == null) {
            return Absent.UNDEFINED;
        }
        String spaces = " ".repeat(Numbers.clamp(number, 0, LARGEST_PADDING));
        return environment.text(left ? spaces + text : text + spaces);
    }

    private static Value replace(Value[] a, Environment environment) {
        String text = Values.text(a[0], environment);
        String find = Values.text(a[1], environment);
        String with = Values.text(a[2], environment);
        if (text == null || find == null || with == null) {
            return Absent.UNDEFINED;
        }
        environment.spendSearch(text, find);
        long longest =
                find.isEmpty()
                        ? text.length() + (text.length() + 1L) * with.length()
                        : occurrences(text, find) * (with.length() - find.length()) + text.length();
        environment.checkSize(longest);
        return new Value.Text(text.replace(find, with));
    }

    private static long occurrences(String text, String find) {
        long count = 0;
        for (int at = text.indexOf(find); at >= 0; at = text.indexOf(find, at + find.length())) {
            count++;
        }
        return count;
    }

    private static Value substring(Value[] a, Environment environment) {
        String text = Values.text(a[0], environment);
        BigInteger from = Numbers.floor(a[1]);
        BigInteger to = a.length < 3 ? BigInteger.valueOf(Integer.MAX_VALUE) : Numbers.floor(a[2]);
        if (text == null || from == null || to == null) {
            return Absent.UNDEFINED;
        }
        int first = Numbers.clamp(from, 0, text.length());
        int last = Numbers.clamp(to, 0, text.length());
        return new Value.Text(first >= last ? "" : text.substring(first, last));
    }
}
