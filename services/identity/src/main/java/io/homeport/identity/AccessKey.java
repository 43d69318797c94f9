package io.homeport.identity;

import java.security.SecureRandom;
import java.util.Base64;

/// An access key of AWS's form: an id of 20 characters and a secret of 40. Immutable.
public record AccessKey(String accessKeyId, String secretAccessKey) {
    /// How ids of temporary keys begin.
    static final String TEMPORARY = "ASIA";

    private static final String BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /// A key that nobody can guess.
    static AccessKey random(SecureRandom random) {
        return random("AKIA", random);
    }

    /// The same for a key that is good for a while.
    static AccessKey temporary(SecureRandom random) {
        return random(TEMPORARY, random);
    }

    /// An id of AWS's form: a prefix that tells what it is of, and random letters and digits.
    static String id(String prefix, int digits, SecureRandom random) {
        StringBuilder id = new StringBuilder(prefix);
        for (int i = 0; i < digits; i++) {
            id.append(BASE32.charAt(random.nextInt(BASE32.length())));
        }
        return id.toString();
    }

    private static AccessKey random(String prefix, SecureRandom random) {
        byte[] secret = new byte[30];
        random.nextBytes(secret);
        return new AccessKey(id(prefix, 16, random), Base64.getEncoder().encodeToString(secret));
    }

    @Override
    public String toString() {
        return "AccessKey[" + accessKeyId + ", secret ***]";
    }
}
