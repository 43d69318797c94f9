package io.homeport.rules.actions;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// Checks of URLs that requests go to.
public final class Urls {
    private Urls() {}

    /// What is wrong with a URL; empty where nothing is.
    public static Optional<String> problem(String url, HttpLimits limits) {
        if (url.getBytes(StandardCharsets.UTF_8).length > limits.urlBytes()) {
            return Optional.of("is longer than " + limits.urlBytes() + " bytes");
        }
        URI uri;
        try {
            uri = new URI(url);
        } catch (URISyntaxException e) {
            return Optional.of("is no URL (" + e.getReason() + ")");
        }
        boolean https = "https".equalsIgnoreCase(uri.getScheme());
        if (!https && (limits.httpsOnly() || !"http".equalsIgnoreCase(uri.getScheme()))) {
            return Optional.of("has to begin with " + (limits.httpsOnly() ? "https" : "http(s)"));
        }
        if (uri.getHost() == null || uri.getUserInfo() != null) {
            return Optional.of("has to name a host, and no user");
        }
        int port = uri.getPort();
        if (port < 0) {
            port = https ? 443 : 80;
        }
        if (!limits.ports().isEmpty() && !limits.ports().contains(port)) {
            return Optional.of("has a port other than 443 and 8443");
        }
        return Optional.empty();
    }

    /// Whether one URL begins with the other and has its scheme, host and port.
    public static boolean isBeginning(String beginning, String url) {
        return url.startsWith(beginning) && receiver(beginning).equals(receiver(url));
    }

    /// Scheme, host and port of a URL.
    public static String receiver(String url) {
        int scheme = url.indexOf("://");
        int end = scheme < 0 ? url.length() : scheme + 3;
        while (end < url.length() && "/?#".indexOf(url.charAt(end)) < 0) {
            end++;
        }
        return url.substring(0, end);
    }
}
