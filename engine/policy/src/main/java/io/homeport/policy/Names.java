package io.homeport.policy;

import java.util.Collection;
import java.util.Locale;

/// Finds what a mistyped name was meant to be.
final class Names {
    private static final int LONGEST = 64;

    private Names() {}

    /// The known name that differs by case or by at most two letters; empty where none does.
    static String nearest(String name, Collection<String> known) {
        if (name.length() > LONGEST) {
            return "";
        }
        String best = "";
        int bestDistance = 3;
        for (String candidate : known) {
            int distance =
                    distance(name.toLowerCase(Locale.ROOT), candidate.toLowerCase(Locale.ROOT));
            if (distance < bestDistance) {
                best = candidate;
                bestDistance = distance;
            }
        }
        return best;
    }

    /// Levenshtein's distance.
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int above = row[j];
                int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(change, Math.min(above, row[j - 1]) + 1);
                diagonal = above;
            }
        }
        return row[b.length()];
    }
}
