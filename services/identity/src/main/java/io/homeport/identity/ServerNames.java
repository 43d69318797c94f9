package io.homeport.identity;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// The names under which the server's certificate answers.
final class ServerNames {
    private static final Pattern IPV4 = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
    private static final Pattern DNS_NAME =
            Pattern.compile("(\\*\\.)?[a-z0-9_]([a-z0-9_-]{0,62})(\\.[a-z0-9_-]{1,63})*");

    private ServerNames() {}

    /// `localhost` with its addresses, this machine's name, and those that the operator added.
    ///
    /// @throws IllegalArgumentException where an added name is neither a DNS name nor an address
    static SortedSet<String> of(Collection<String> added) {
        SortedSet<String> names =
                new TreeSet<>(List.of("localhost", "127.0.0.1", "0:0:0:0:0:0:0:1"));
        String host = hostName().toLowerCase(Locale.ROOT);
        if (DNS_NAME.matcher(host).matches()) {
            names.add(host);
        }
        for (String name : added) {
            names.add(normalized(name));
        }
        return names;
    }

    /// The names in a certificate, in the form of {@link #of}.
    static SortedSet<String> in(X509Certificate certificate) {
        SortedSet<String> names = new TreeSet<>();
        try {
            Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
            if (alternatives != null) {
                for (List<?> alternative : alternatives) {
                    names.add(normalized(String.valueOf(alternative.get(1))));
                }
            }
        } catch (CertificateParsingException | IllegalArgumentException e) {
            names.clear();
        }
        return names;
    }

    /// Whether a name in lower case is a DNS name, without wildcards.
    static boolean isDnsName(String name) {
        return !isAddress(name) && name.indexOf('*') < 0 && DNS_NAME.matcher(name).matches();
    }

    /// Whether one of a certificate's names is good for a DNS name (RFC 9525, 6.3).
    static boolean covers(Collection<String> names, String wanted) {
        int dot = wanted.indexOf('.');
        return names.contains(wanted) || (dot > 0 && names.contains("*" + wanted.substring(dot)));
    }

    static boolean isAddress(String name) {
        return name.indexOf(':') >= 0 || IPV4.matcher(name).matches();
    }

    private static String normalized(String name) {
        if (isAddress(name)) {
            try {
                // A literal address: nothing is looked up.
                return InetAddress.getByName(name).getHostAddress();
            } catch (UnknownHostException e) {
                throw new IllegalArgumentException("'" + name + "' is no IP address", e);
            }
        }
        String lower = name.toLowerCase(Locale.ROOT);
        if (lower.length() > 253 || !DNS_NAME.matcher(lower).matches()) {
            throw new IllegalArgumentException("'" + name + "' is no host name");
        }
        return lower;
    }

    /// The machine's own name, without asking DNS, which may take seconds where it doesn't answer.
    private static String hostName() {
        try {
            Path kernel = Path.of("/proc/sys/kernel/hostname");
            if (Files.isReadable(kernel)) {
                return Files.readString(kernel).strip();
            }
        } catch (IOException e) {
            return "";
        }
        String name = System.getenv("HOSTNAME");
        String windowsName = System.getenv("COMPUTERNAME");
        return name != null ? name : windowsName != null ? windowsName : "";
    }
}
