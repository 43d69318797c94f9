package io.homeport.identity;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;
import org.jspecify.annotations.Nullable;

/// The policy variables that a certificate gives (AWS IoT developer guide, "X.509 certificate
/// policy variables"). Immutable.
///
/// An attribute with several values has the first under its own name, each under the name with
/// `.0`, `.1` ..., and at most five under the name with `.List`.
final class CertificateVariables {
    private static final String PREFIX = "iot:Certificate.";
    private static final int LISTED = 5;
    private static final int MAXIMUM_VALUES = 20;

    private static final Map<ASN1ObjectIdentifier, String> ATTRIBUTES =
            Map.ofEntries(
                    Map.entry(BCStyle.DN_QUALIFIER, "DistinguishedNameQualifier"),
                    Map.entry(BCStyle.C, "Country"),
                    Map.entry(BCStyle.O, "Organization"),
                    Map.entry(BCStyle.OU, "OrganizationalUnit"),
                    Map.entry(BCStyle.ST, "State"),
                    Map.entry(BCStyle.CN, "CommonName"),
                    Map.entry(BCStyle.SERIALNUMBER, "SerialNumber"),
                    Map.entry(BCStyle.T, "Title"),
                    Map.entry(BCStyle.SURNAME, "Surname"),
                    Map.entry(BCStyle.GIVENNAME, "GivenName"),
                    Map.entry(BCStyle.INITIALS, "Initials"),
                    Map.entry(BCStyle.PSEUDONYM, "Pseudonym"),
                    Map.entry(BCStyle.GENERATION, "GenerationQualifier"));

    /// RFC 5280, 4.2.1.6: the choices of GeneralName by their tags.
    private static final Map<Integer, String> ALTERNATIVES =
            Map.of(
                    1, "RFC822Name",
                    2, "DNSName",
                    4, "DirectoryName",
                    6, "UniformResourceIdentifier",
                    7, "IPAddress");

    private final String certificateId;

    /// Names without the prefix, and what each has. There are many certificates with the same
    /// names, so these are shared, and what they stand for in all its forms is made when asked for.
    private final List<String> names;

    private final List<List<String>> values;

    private CertificateVariables(String certificateId, @Nullable X509Certificate certificate) {
        this.certificateId = certificateId;
        Map<String, List<String>> found = new LinkedHashMap<>();
        if (certificate != null) {
            collect(found, certificate);
        }
        this.names = found.keySet().stream().map(String::intern).toList();
        this.values = found.values().stream().map(List::copyOf).toList();
    }

    private static void collect(Map<String, List<String>> found, X509Certificate certificate) {
        collectName(found, "Subject.", certificate.getSubjectX500Principal());
        collectName(found, "Issuer.", certificate.getIssuerX500Principal());
        try {
            collectAlternatives(found, "Subject.", certificate.getSubjectAlternativeNames());
            collectAlternatives(found, "Issuer.", certificate.getIssuerAlternativeNames());
        } catch (CertificateParsingException e) {
            // The certificate was accepted without them; then there are no such variables.
            found.keySet().removeIf(name -> name.contains("AlternativeName"));
        }
        found.put("SerialNumber", List.of(certificate.getSerialNumber().toString()));
    }

    /// The variables of a certificate; only its id where the PEM doesn't parse.
    static CertificateVariables of(String certificateId, String pem) {
        return new CertificateVariables(certificateId, X509.parse(pem).orElse(null));
    }

    /// All values of a name in any case.
    List<String> values(String name) {
        if (name.equalsIgnoreCase("iot:CertificateId") || name.equalsIgnoreCase("CertificateId")) {
            return List.of(certificateId);
        }
        if (names.isEmpty() || !name.regionMatches(true, 0, PREFIX, 0, PREFIX.length())) {
            return List.of();
        }
        String wanted = name.substring(PREFIX.length());
        if (wanted.equalsIgnoreCase("AvailableKeys")) {
            return names.stream().map(known -> PREFIX + known).toList();
        }
        for (int i = 0; i < names.size(); i++) {
            String known = names.get(i);
            if (wanted.regionMatches(true, 0, known, 0, known.length())) {
                List<String> chosen = choose(values.get(i), wanted.substring(known.length()));
                if (!chosen.isEmpty()) {
                    return chosen;
                }
            }
        }
        return List.of();
    }

    /// @param form what stands behind the attribute's name
    private static List<String> choose(List<String> all, String form) {
        if (form.isEmpty()) {
            return List.of(all.getFirst());
        }
        if (form.equalsIgnoreCase(".List")) {
            return all.subList(0, Math.min(LISTED, all.size()));
        }
        for (int i = 0; i < all.size(); i++) {
            if (form.equals("." + i)) {
                return List.of(all.get(i));
            }
        }
        return List.of();
    }

    private static void collectName(
            Map<String, List<String>> found, String prefix, X500Principal name) {
        for (RDN rdn : X500Name.getInstance(name.getEncoded()).getRDNs()) {
            for (AttributeTypeAndValue attribute : rdn.getTypesAndValues()) {
                String variable = ATTRIBUTES.get(attribute.getType());
                if (variable != null) {
                    add(found, prefix + variable, IETFUtils.valueToString(attribute.getValue()));
                }
            }
        }
    }

    private static void collectAlternatives(
            Map<String, List<String>> found,
            String prefix,
            @Nullable Collection<List<?>> alternatives) {
        if (alternatives == null) {
            return;
        }
        for (List<?> alternative : alternatives) {
            String variable = ALTERNATIVES.get(alternative.getFirst());
            if (variable != null && alternative.get(1) instanceof String value) {
                add(found, prefix + "AlternativeName." + variable, value);
            }
        }
    }

    private static void add(Map<String, List<String>> found, String name, String value) {
        List<String> all = found.computeIfAbsent(name, key -> new ArrayList<>());
        if (all.size() < MAXIMUM_VALUES) {
            all.add(value);
        }
    }
}
