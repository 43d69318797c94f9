package io.homeport.identity;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.Optional;

/// Signatures of tokens: RSA with SHA-256, PKCS #1 v1.5, in base64 (AWS IoT developer guide,
/// "Signing the token"). Pure.
final class TokenSignature {
    private static final int LEAST_BITS = 2048;
    private static final int MOST_BITS = 16_384;

    private TokenSignature() {}

    /// Whether one of the keys' owners signed the token.
    ///
    /// @param signature in base64, perhaps percent-encoded
    static boolean isValid(String token, String signature, Collection<String> publicKeys) {
        byte[] bytes;
        try {
            bytes = Base64.getMimeDecoder().decode(QueryString.decoded(signature));
        } catch (IllegalArgumentException e) {
            return false;
        }
        for (String pem : publicKeys) {
            Optional<RSAPublicKey> key = key(pem);
            if (key.isPresent() && verifies(key.get(), token, bytes)) {
                return true;
            }
        }
        return false;
    }

    /// What is wrong with a public key; empty where nothing is.
    static Optional<String> flaw(String pem) {
        Optional<RSAPublicKey> key = key(pem);
        if (key.isEmpty()) {
            return Optional.of("it is no RSA public key in PEM (BEGIN PUBLIC KEY)");
        }
        int bits = key.get().getModulus().bitLength();
        return bits < LEAST_BITS || bits > MOST_BITS
                ? Optional.of("it has " + bits + " bits, and the least is " + LEAST_BITS)
                : Optional.empty();
    }

    private static boolean verifies(RSAPublicKey key, String token, byte[] bytes) {
        try {
            Signature verifier = Signature.getInstance("SHA256withRSA");
            verifier.initVerify(key);
            verifier.update(token.getBytes(StandardCharsets.UTF_8));
            return verifier.verify(bytes);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static Optional<RSAPublicKey> key(String pem) {
        try {
            return Pem.decode("PUBLIC KEY", pem)
                    .map(TokenSignature::parsed)
                    .filter(RSAPublicKey.class::isInstance)
                    .map(RSAPublicKey.class::cast);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static java.security.PublicKey parsed(byte[] der) {
        try {
            return KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(der));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("no RSA public key", e);
        }
    }
}
