package io.homeport.identity;

import io.homeport.core.Json;
import io.homeport.policy.PolicyContext;
import io.homeport.policy.PolicyDocument;
import io.homeport.policy.PolicySet;
import io.homeport.policy.PolicySyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Who may assume a role: IAM's role trust policy (IAM user guide, "Grammar of the IAM JSON policy
/// language" with its element `Principal`). Immutable.
final class TrustPolicy {
    private static final String ASSUME_ROLE = "sts:AssumeRole";
    private static final Set<String> KINDS = Set.of("AWS", "Service", "Federated", "CanonicalUser");

    /// Where the parser of identity policies says that something is; it reads a rewritten text.
    private static final String PLACE = "^line \\d+, column \\d+: ";

    private final List<Statement> statements;

    /// @param services names of services, or `*`; what else is trusted can't ask here
    private record Statement(List<String> services, PolicyDocument document) {
        boolean concerns(String service) {
            return services.contains(service) || services.contains("*");
        }
    }

    private TrustPolicy(List<Statement> statements) {
        this.statements = List.copyOf(statements);
    }

    /// @throws PolicySyntaxException whose message says what is wrong in which statement
    static TrustPolicy parse(String json) {
        JsonNode root;
        try {
            root = Json.MAPPER.readTree(json);
        } catch (JacksonException e) {
            throw new PolicySyntaxException("not JSON: " + e.getOriginalMessage());
        }
        if (!(root instanceof ObjectNode document)) {
            throw new PolicySyntaxException("a trust policy is a JSON object");
        }
        JsonNode all = document.path("Statement");
        List<JsonNode> nodes = new ArrayList<>();
        if (all.isArray()) {
            all.forEach(nodes::add);
        } else if (all.isObject()) {
            nodes.add(all);
        }
        if (nodes.isEmpty()) {
            throw new PolicySyntaxException(
                    "Statement must be an object or an array of one object or more");
        }
        List<Statement> statements = new ArrayList<>();
        for (int i = 0; i < nodes.size(); i++) {
            statements.add(statement(document, nodes.get(i), "statement " + i + ": "));
        }
        return new TrustPolicy(statements);
    }

    /// Whether a service may assume the role.
    ///
    /// @param service for example `credentials.iot.amazonaws.com`
    /// @param context values of condition keys, for example `aws:SourceArn`
    boolean trusts(String service, String roleArn, PolicyContext context) {
        List<PolicySet.NamedPolicy> concerned =
                statements.stream()
                        .filter(statement -> statement.concerns(service))
                        .map(statement ->
                                new PolicySet.NamedPolicy("trust policy", statement.document()))
                        .toList();
        return new PolicySet(concerned).decide(ASSUME_ROLE, roleArn, context).allowed();
    }

    /// The statement without what identity policies don't have, so that their engine reads and
    /// decides the rest.
    private static Statement statement(ObjectNode document, JsonNode node, String where) {
        if (!(node instanceof ObjectNode given)) {
            throw new PolicySyntaxException(where + "it must be an object");
        }
        for (String foreign : List.of("Resource", "NotResource", "NotPrincipal")) {
            if (given.has(foreign)) {
                throw new PolicySyntaxException(
                        where + "a trust policy can't have the element " + foreign);
            }
        }
        List<String> services = services(given.path("Principal"), where);
        ObjectNode identityStatement = given.deepCopy();
        identityStatement.remove("Principal");
        identityStatement.put("Resource", "*");
        ObjectNode identityPolicy = document.deepCopy();
        identityPolicy.set("Statement", identityStatement);
        try {
            return new Statement(services, PolicyDocument.parse(identityPolicy.toString()));
        } catch (PolicySyntaxException e) {
            throw new PolicySyntaxException(
                    where + String.valueOf(e.getMessage()).replaceFirst(PLACE, ""));
        }
    }

    private static List<String> services(JsonNode principal, String where) {
        if (principal.isString() && principal.asString().equals("*")) {
            return List.of("*");
        }
        if (!principal.isObject() || principal.isEmpty()) {
            throw new PolicySyntaxException(
                    where
                            + "Principal must be \"*\" or an object such as"
                            + " {\"Service\": \"credentials.iot.amazonaws.com\"}");
        }
        principal
                .propertyNames()
                .forEach(kind -> {
                    if (!KINDS.contains(kind)) {
                        throw new PolicySyntaxException(
                                where
                                        + "Principal has AWS, Service, Federated and CanonicalUser, not "
                                        + kind);
                    }
                    names(principal.get(kind), where + "Principal." + kind);
                });
        return principal.has("Service")
                ? names(principal.get("Service"), where + "Principal.Service")
                : List.of();
    }

    private static List<String> names(JsonNode node, String where) {
        List<String> names = new ArrayList<>();
        if (node.isString()) {
            names.add(node.asString());
        } else if (node.isArray()) {
            node.forEach(item -> names.add(item.isString() ? item.asString() : ""));
        }
        if (names.isEmpty() || names.contains("")) {
            throw new PolicySyntaxException(where + " must be a name or an array of names");
        }
        return names;
    }
}
