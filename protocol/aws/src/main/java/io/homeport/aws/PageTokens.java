package io.homeport.aws;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Makes and reads the tokens between pages of a list. A token carries the key of the last item
/// that was shown, so that items which come and go in between neither repeat nor hide others, and a
/// code that binds it to a scope: operation, account, region and filter of the request.
/// Thread-safe.
public final class PageTokens {
    /// How long the secret must be at least.
    public static final int MINIMUM_KEY_BYTES = 16;

    /// Not 0, which would be lost as the first digit, and below 128, which would be a sign.
    private static final byte VERSION = 1;

    /// Digits and letters alone: the models' patterns of tokens have no other characters in common.
    private static final int RADIX = Character.MAX_RADIX;

    private static final int CODE_BYTES = 16;
    private static final int MAXIMUM_TOKEN_LENGTH = 8192;

    private final SecretKeySpec key;

    /// @param key random and secret; tokens of another key are refused
    public PageTokens(byte[] key) {
        if (key.length < MINIMUM_KEY_BYTES) {
            throw new IllegalArgumentException(
                    "the key of page tokens needs " + MINIMUM_KEY_BYTES + " bytes or more");
        }
        this.key = new SecretKeySpec(key, "HmacSHA256");
    }

    /// The token of the page after `lastKey`.
    ///
    /// @param scope what the token is good for, for example
    ///   `ListThings/000000000000/us-east-1/lamp`
    public String encode(String scope, String lastKey) {
        byte[] last = lastKey.getBytes(StandardCharsets.UTF_8);
        ByteBuffer token = ByteBuffer.allocate(1 + CODE_BYTES + last.length);
        token.put(VERSION).put(code(scope, last)).put(last);
        return new BigInteger(1, token.array()).toString(RADIX);
    }

    /// The last key that the token carries.
    ///
    /// @throws InvalidTokenException where we didn't make the token for this scope
    public String decode(String scope, String token) {
        if (token.length() > MAXIMUM_TOKEN_LENGTH) {
            throw new InvalidTokenException();
        }
        byte[] bytes;
        try {
            bytes = new BigInteger(token, RADIX).toByteArray();
        } catch (NumberFormatException e) {
            throw new InvalidTokenException();
        }
        if (bytes.length < 1 + CODE_BYTES || bytes[0] != VERSION) {
            throw new InvalidTokenException();
        }
        byte[] last = Arrays.copyOfRange(bytes, 1 + CODE_BYTES, bytes.length);
        byte[] sent = Arrays.copyOfRange(bytes, 1, 1 + CODE_BYTES);
        if (!MessageDigest.isEqual(code(scope, last), sent)) {
            throw new InvalidTokenException();
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(last)).toString();
        } catch (CharacterCodingException e) {
            throw new InvalidTokenException();
        }
    }

    private byte[] code(String scope, byte[] lastKey) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            byte[] scopeBytes = scope.getBytes(StandardCharsets.UTF_8);
            mac.update(ByteBuffer.allocate(4).putInt(scopeBytes.length).array());
            mac.update(scopeBytes);
            return Arrays.copyOf(mac.doFinal(lastKey), CODE_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HmacSHA256", e);
        }
    }
}
