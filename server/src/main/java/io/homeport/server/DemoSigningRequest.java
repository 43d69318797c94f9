package io.homeport.server;

import java.io.IOException;
import java.io.StringWriter;
import java.security.KeyPair;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/// Makes the certificate signing requests of the demo's devices. Apart from {@link DemoFleet}, so
/// that a server without demo doesn't load the library that writes them, whose jars are signed and
/// checked when they are opened.
final class DemoSigningRequest {
    private DemoSigningRequest() {}

    static String request(String commonName, KeyPair keys) {
        try {
            StringWriter text = new StringWriter();
            try (JcaPEMWriter pem = new JcaPEMWriter(text)) {
                pem.writeObject(
                        new JcaPKCS10CertificationRequestBuilder(
                                        new X500Principal("CN=" + commonName), keys.getPublic())
                                .build(
                                        new JcaContentSignerBuilder("SHA256withECDSA")
                                                .build(keys.getPrivate())));
            }
            return text.toString();
        } catch (IOException | OperatorCreationException e) {
            throw new IllegalStateException("a certificate request can't be made", e);
        }
    }
}
