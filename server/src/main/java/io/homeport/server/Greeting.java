package io.homeport.server;

import java.io.PrintWriter;
import java.lang.management.ManagementFactory;

/// What a user sees once the server listens: where, and lines to paste.
final class Greeting {
    private Greeting() {}

    static void print(PrintWriter out, HomeportServer server) {
        Endpoints endpoints = server.endpoints();
        out.println("AWS API    " + endpoints.apiUrl());
        out.println("MQTT/TLS   " + endpoints.host() + ":" + endpoints.mqttsPort());
        out.println("HTTPS/WSS  " + endpoints.host() + ":" + endpoints.httpsPort());
        if (endpoints.mqttPort() > 0) {
            out.println("MQTT       127.0.0.1:" + endpoints.mqttPort() + " (anonymous)");
        }
        out.println("CA         " + endpoints.caFile());
        out.println();
        out.println("Paste into a shell:");
        for (String line : endpoints.awsCliLines()) {
            out.println("  " + line);
        }
        out.println();
        out.println("ready in " + sinceStartMillis() + " ms");
        out.flush();
    }

    /// Milliseconds since the JVM was started.
    static long sinceStartMillis() {
        return ManagementFactory.getRuntimeMXBean().getUptime();
    }
}
