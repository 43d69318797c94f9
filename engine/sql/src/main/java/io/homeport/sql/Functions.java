package io.homeport.sql;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The table of all functions (iot-sql-functions). A new one is a line in the class of its group.
final class Functions {
    private static final Functions ALL = new Functions();

    private final Map<String, Function> table = new HashMap<>();

    private Functions() {
        MathFunctions.addTo(this);
        TextFunctions.addTo(this);
        CollectionFunctions.addTo(this);
        MessageFunctions.addTo(this);
        TimeFunctions.addTo(this);
        CodecFunctions.addTo(this);
        ExternalCalls.addTo(this);
    }

    static Optional<Function> find(String lowerCaseName) {
        return Optional.ofNullable(ALL.table.get(lowerCaseName));
    }

    /// In lower case; without get_or_default, which isn't an ordinary function.
    static Set<String> names() {
        return Set.copyOf(ALL.table.keySet());
    }

    /// The name that a wrong one was perhaps meant to be; empty where none is near.
    static String nearest(String lowerCaseName) {
        String best = "";
        int bestDistance = 3;
        for (String name : ALL.table.keySet()) {
            int distance = distance(name, lowerCaseName);
            if (distance < bestDistance || (distance == bestDistance && distance < 3)) {
                if (distance < bestDistance || name.compareTo(best) < 0) {
                    best = name;
                }
                bestDistance = distance;
            }
        }
        return best;
    }

    /// Equal arguments give equal results.
    void pure(String name, int arguments, Function.Body body) {
        pure(name, arguments, arguments, SqlVersion.V2015_10_08, body);
    }

    void pure(String name, int minimum, int maximum, SqlVersion since, Function.Body body) {
        add(new Function(name, minimum, maximum, since, true, false, body));
    }

    /// Depends on the message or on chance.
    void contextual(String name, int minimum, int maximum, SqlVersion since, Function.Body body) {
        add(new Function(name, minimum, maximum, since, false, false, body));
    }

    void external(String name, int minimum, int maximum, SqlVersion since, Function.Body body) {
        add(new Function(name, minimum, maximum, since, false, true, body));
    }

    private void add(Function function) {
        table.put(function.name(), function);
    }

    /// Insertions, deletions and replacements between two short names.
    private static int distance(String left, String right) {
        if (Math.abs(left.length() - right.length()) > 2) {
            return 3;
        }
        int[] row = new int[right.length() + 1];
        for (int j = 0; j <= right.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= left.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= right.length(); j++) {
                int cost = left.charAt(i - 1) == right.charAt(j - 1) ? 0 : 1;
                int next = Math.min(Math.min(row[j], row[j - 1]) + 1, diagonal + cost);
                diagonal = row[j];
                row[j] = next;
            }
        }
        return row[right.length()];
    }
}
