package io.homeport.identity;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.RuntimeOperatorException;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;

/// A certificate signing request whose signature was checked. Immutable.
///
/// Reading stands apart from the operations, so that a start doesn't load the library that reads
/// them, whose jars are signed and checked when they are opened.
///
/// @param key that the sender proved to own
/// @param subject as asked for; may be empty
record SigningRequest(PublicKey key, X500Principal subject) {

    /// Reads a PKCS #10 request in PEM.
    ///
    /// @throws RuntimeException the fault `InvalidRequestException`, which says what is wrong with
    ///   it
    static SigningRequest read(String pem) {
        JcaPKCS10CertificationRequest csr = parse(pem);
        PublicKey key = verifiedKey(csr);
        try {
            return new SigningRequest(key, new X500Principal(csr.getSubject().getEncoded()));
        } catch (IOException | IllegalArgumentException e) {
            throw bad("its subject can't be read");
        }
    }

    private static JcaPKCS10CertificationRequest parse(String pem) {
        byte[] der =
                Pem.decode("CERTIFICATE REQUEST", pem)
                        .or(() -> Pem.decode("NEW CERTIFICATE REQUEST", pem))
                        .orElseThrow(() -> bad("it is not a PEM-encoded PKCS #10 request"));
        try {
            return new JcaPKCS10CertificationRequest(der);
        } catch (IOException | IllegalArgumentException e) {
            throw bad("it is not a PKCS #10 request");
        }
    }

    private static PublicKey verifiedKey(JcaPKCS10CertificationRequest csr) {
        PublicKey key;
        try {
            key = csr.getPublicKey();
        } catch (GeneralSecurityException e) {
            throw bad("its public key is of no supported kind");
        }
        X509.keyFlaw(key)
                .ifPresent(flaw -> {
                    throw bad(flaw);
                });
        boolean valid;
        try {
            valid = csr.isSignatureValid(new JcaContentVerifierProviderBuilder().build(key));
        } catch (OperatorCreationException | RuntimeOperatorException | PKCSException e) {
            valid = false;
        }
        if (!valid) {
            throw bad("its signature is not valid");
        }
        return key;
    }

    private static RuntimeException bad(String why) {
        return Faults.invalid("The certificate signing request can't be used: " + why);
    }
}
