package io.homeport.identity;

import io.homeport.core.AccountId;
import io.homeport.policy.PolicyDocument;
import io.homeport.policy.PolicySet;
import io.homeport.policy.PolicySyntaxException;
import io.homeport.storage.Database;
import io.homeport.storage.Transaction;
import io.homeport.storage.View;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// The inline policies of users or of roles, as IAM has them: IAM-style documents by name, which go
/// with their owner. Thread-safe; changes block and hold for credentials that are out, too.
///
/// Refuses with the exceptions of AWS IoT: `InvalidRequestException`, `ResourceNotFoundException`,
/// `MalformedPolicyException`, `LimitExceededException`.
public final class InlinePolicies {
    static final int POLICIES = 10;
    private static final int COMPILED = 1_000;
    private static final Pattern NAME = Pattern.compile("[\\w+=,.@-]{1,128}");

    private final String kind;
    private final Database database;
    private final Changes changes;
    private final Owners owners;
    private final BoundedCache<String, PolicyDocument> compiled = new BoundedCache<>(COMPILED);

    /// @param kind how messages call an owner, for example `role`
    InlinePolicies(String kind, IdentityParts parts, Owners owners) {
        this.kind = kind;
        this.database = parts.database();
        this.changes = parts.changes();
        this.owners = owners;
    }

    /// Where the policies are kept.
    interface Owners {
        /// The owner's policies by name.
        ///
        /// @throws software.amazon.awssdk.services.iot.model.ResourceNotFoundException where there
        ///   is no such owner
        Map<String, String> policies(View view, AccountId account, String owner);

        /// Keeps them for an owner that is there, if they aren't too large.
        void put(
                Transaction transaction,
                AccountId account,
                String owner,
                Map<String, String> policies);
    }

    /// The document of a policy.
    public String document(AccountId account, String owner, String policyName) {
        String document =
                database.read(view -> owners.policies(view, account, owner)).get(policyName);
        if (document == null) {
            throw absent(owner, policyName);
        }
        return document;
    }

    /// Gives an owner a policy, or another document to one that it has.
    public void put(AccountId account, String owner, String policyName, String document) {
        if (!NAME.matcher(policyName).matches()) {
            throw Faults.invalid(
                    "A policy name has 1 to 128 letters, digits and +=,.@_-, it is '"
                            + policyName
                            + "'");
        }
        try {
            PolicyDocument.parse(document);
        } catch (PolicySyntaxException e) {
            throw Faults.malformedPolicy("Policy document is malformed: " + e.getMessage());
        }
        database.update(transaction -> {
            Map<String, String> policies =
                    new TreeMap<>(owners.policies(transaction, account, owner));
            policies.put(policyName, document);
            if (policies.size() > POLICIES) {
                throw Faults.limit("A " + kind + " can have " + POLICIES + " policies");
            }
            owners.put(transaction, account, owner, policies);
        });
        changes.rightsChanged();
    }

    /// Takes a policy from its owner.
    public void delete(AccountId account, String owner, String policyName) {
        database.update(transaction -> {
            Map<String, String> policies =
                    new TreeMap<>(owners.policies(transaction, account, owner));
            if (policies.remove(policyName) == null) {
                throw absent(owner, policyName);
            }
            owners.put(transaction, account, owner, policies);
        });
        changes.rightsChanged();
    }

    /// What the policies allow together.
    PolicySet compile(Map<String, String> policies) {
        return new PolicySet(
                new TreeMap<>(policies)
                        .entrySet().stream()
                                .map(policy ->
                                        new PolicySet.NamedPolicy(
                                                policy.getKey(),
                                                compiled.get(
                                                        policy.getValue(), PolicyDocument::parse)))
                                .toList());
    }

    /// How much IAM counts of a document: what isn't white space.
    static long characters(String document) {
        return document.chars().filter(c -> !Character.isWhitespace(c)).count();
    }

    private RuntimeException absent(String owner, String policyName) {
        return Faults.notFound("The " + kind + " " + owner + " has no policy " + policyName);
    }
}
