package io.homeport.functions;

/// Patterns with `*` (any characters) and `?` (one character), as in policies. Pure; takes time in
/// proportion to pattern times text at most.
final class Wildcards {
    private Wildcards() {}

    /// `ArnLike`: the parts between the first five colons are matched one by one.
    static boolean arnLike(String pattern, String arn) {
        String[] patterns = pattern.split(":", 6);
        String[] parts = arn.split(":", 6);
        if (patterns.length != parts.length) {
            return pattern.equals("*");
        }
        for (int i = 0; i < parts.length; i++) {
            if (!matches(patterns[i], parts[i])) {
                return false;
            }
        }
        return true;
    }

    static boolean matches(String pattern, String text) {
        int p = 0;
        int t = 0;
        int star = -1;
        int retry = 0;
        while (t < text.length()) {
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                retry = t;
            } else if (p < pattern.length()
                    && (pattern.charAt(p) == '?' || pattern.charAt(p) == text.charAt(t))) {
                p++;
                t++;
            } else if (star >= 0) {
                p = star + 1;
                t = ++retry;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }
}
