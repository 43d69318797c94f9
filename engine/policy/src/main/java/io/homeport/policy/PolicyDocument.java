package io.homeport.policy;

import java.util.List;

/// A parsed and compiled policy document, in the grammar that AWS IoT policies and IAM identity
/// policies share. Immutable.
public final class PolicyDocument {
    /// The longest document that is read, in characters; far above what AWS allows (2048 for an AWS
    /// IoT policy and at most 10240 for an IAM one, whitespace not counted).
    public static final int MAXIMUM_LENGTH = 131_072;

    private final String json;
    private final int minifiedLength;
    private final List<CompiledStatement> compiled;
    private final List<PolicyStatement> statements;

    PolicyDocument(String json, int minifiedLength, List<CompiledStatement> compiled) {
        this.json = json;
        this.minifiedLength = minifiedLength;
        this.compiled = List.copyOf(compiled);
        this.statements = this.compiled.stream().map(CompiledStatement::source).toList();
    }

    /// Parses and compiles a document.
    ///
    /// @throws PolicySyntaxException where it is no valid policy; the message says what is wrong
    ///   and at which line and column, for example `line 4, column 17: Effect must be "Allow" or
    ///   "Deny", not "Permit"`
    public static PolicyDocument parse(String json) {
        return PolicyParser.parse(json);
    }

    /// The document as it was given.
    public String json() {
        return json;
    }

    /// The number of characters (Unicode code points) without the whitespace outside of strings:
    /// what AWS's limit of 2048 counts.
    public int minifiedLength() {
        return minifiedLength;
    }

    /// The statements as they are written, in their order; never empty.
    public List<PolicyStatement> statements() {
        return statements;
    }

    List<CompiledStatement> compiled() {
        return compiled;
    }

    @Override
    public String toString() {
        return json;
    }
}
