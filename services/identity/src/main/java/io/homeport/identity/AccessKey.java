package io.homeport.identity;

import java.security.SecureRandom;
import java.util.Base64;

/// An access key of AWS's form: an id of 20 characters and a secret of 40. Immutable.
public record AccessKey(String accessKeyId, String secretAccessKey) {
    private static final String BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /// A key that nobody can guess.
    static AccessKey random(SecureRandom random) {
        StringBuilder id = new StringBuilder("AKIA");
        for (int i = 0; i < 16; i++) {
            id.append(BASE32.charAt(random.nextInt(BASE32.length())));
        }
        byte[] secret = new byte[30];
        random.nextBytes(secret);
        return new AccessKey(id.toString(), Base64.getEncoder().encodeToString(secret));
    }

    @Override
    public String toString() {
        return "AccessKey[" + accessKeyId + ", secret ***]";
    }
}
