package io.homeport.identity;

import io.homeport.core.Json;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The event that the function of a custom authorizer gets (AWS IoT developer guide, "Defining your
/// Lambda function"). Pure.
final class AuthorizerEvent {
    private AuthorizerEvent() {}

    /// @param token null where none came
    /// @param signatureVerified false where the authorizer asks for no signature
    static byte[] of(Presented presented, @Nullable String token, boolean signatureVerified) {
        ObjectNode event = Json.MAPPER.createObjectNode();
        if (token != null) {
            event.put("token", token);
        }
        event.put("signatureVerified", signatureVerified);
        ArrayNode protocols = event.putArray("protocols");
        ObjectNode data = event.putObject("protocolData");
        if (presented.tls()) {
            protocols.add("tls");
            tls(data.putObject("tls"), presented);
        }
        Presented.Http http = presented.http();
        if (http != null) {
            protocols.add("http");
            ObjectNode object = data.putObject("http");
            ObjectNode headers = object.putObject("headers");
            for (Map.Entry<String, String> header : http.headers().entrySet()) {
                headers.put(header.getKey(), header.getValue());
            }
            object.put("queryString", http.rawQuery().isEmpty() ? "" : "?" + http.rawQuery());
        }
        Presented.Mqtt mqtt = presented.mqtt();
        if (mqtt != null) {
            protocols.add("mqtt");
            mqtt(data.putObject("mqtt"), mqtt);
        }
        event.putObject("connectionMetadata").put("id", presented.connectionId());
        return Json.MAPPER.writeValueAsBytes(event);
    }

    private static void tls(ObjectNode tls, Presented presented) {
        if (presented.serverName() != null) {
            tls.put("serverName", presented.serverName());
        }
        CertificateIdentity certificate = presented.certificate();
        if (certificate != null) {
            tls.put("x509CertificatePem", presented.certificatePem());
            tls.put("principalId", certificate.certificateId());
        }
    }

    private static void mqtt(ObjectNode object, Presented.Mqtt mqtt) {
        if (mqtt.userName() != null) {
            object.put("username", mqtt.userName());
        }
        if (mqtt.password() != null) {
            object.put("password", Base64.getEncoder().encodeToString(mqtt.password()));
        }
        if (mqtt.clientId() != null) {
            object.put("clientId", mqtt.clientId());
        }
    }
}
