package io.homeport.identity;

import io.homeport.core.AccountId;
import io.homeport.core.Arn;
import io.homeport.policy.PolicyDocument;
import io.homeport.policy.PolicySet;
import io.homeport.storage.Key;
import io.homeport.storage.View;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/// Finds and compiles the policies that hold for a principal. Thread-safe.
final class EffectivePolicies {
    private static final int COMPILED = 2_000;

    private final Tables tables;
    private final ThingDirectory things;
    private final BoundedCache<Version, PolicyDocument> compiled = new BoundedCache<>(COMPILED);
    private final BoundedCache<List<Version>, PolicySet> sets = new BoundedCache<>(COMPILED);
    private final BoundedCache<List<String>, PolicySet> given = new BoundedCache<>(COMPILED);

    EffectivePolicies(Tables tables, ThingDirectory things) {
        this.tables = tables;
        this.things = things;
    }

    static String certificateArn(AccountId account, String region, String certificateId) {
        return Arn.of("iot", region, account, "cert/" + certificateId).toString();
    }

    /// The thing of a connection: the one that the principal belongs to exclusively, else the one
    /// named like the client that the principal is attached to.
    Optional<ThingDirectory.ThingView> thing(
            AccountId account, String region, String principalArn, String clientId) {
        Optional<String> exclusive = things.exclusiveThingOf(account, region, principalArn);
        if (exclusive.isPresent()) {
            return things.thing(account, region, exclusive.get());
        }
        return things.isAttached(account, region, clientId, principalArn)
                ? things.thing(account, region, clientId)
                : Optional.empty();
    }

    /// The thing of a request over HTTPS, which has no client id: the only one that the principal
    /// is attached to.
    Optional<ThingDirectory.ThingView> onlyThing(
            AccountId account, String region, String principalArn) {
        List<String> names = things.thingsOf(account, region, principalArn, 2);
        return names.size() == 1
                ? things.thing(account, region, names.getFirst())
                : Optional.empty();
    }

    /// The policies attached to any of the targets, each once, in the order of their names.
    List<PolicyRecord> attached(
            View view, AccountId account, String region, Collection<String> targets) {
        TreeMap<String, PolicyRecord> found = new TreeMap<>();
        for (String target : targets) {
            for (AttachmentRecord attachment :
                    tables.attachedTo(view, account.value(), region, target)) {
                PolicyRecord policy =
                        tables.policies.get(
                                view, Key.of(account.value(), region, attachment.policyName()));
                if (policy != null) {
                    found.put(policy.name(), policy);
                }
            }
        }
        return List.copyOf(found.values());
    }

    /// The policies as one set, which all connections with the same policies share.
    PolicySet compile(Collection<PolicyRecord> policies) {
        List<Version> versions =
                policies.stream()
                        .map(p -> new Version(p.name(), p.generationId(), p.defaultVersionId()))
                        .toList();
        return sets.get(versions, _ -> join(policies));
    }

    /// Documents that a custom authorizer gave, which are valid.
    PolicySet given(List<String> documents) {
        return given.get(documents, EffectivePolicies::parse);
    }

    /// A set with such documents besides.
    PolicySet union(PolicySet set, List<String> documents) {
        return new PolicySet(
                Stream.concat(set.policies().stream(), given(documents).policies().stream())
                        .toList());
    }

    private static PolicySet parse(List<String> documents) {
        List<PolicySet.NamedPolicy> policies = new ArrayList<>();
        for (String document : documents) {
            policies.add(
                    new PolicySet.NamedPolicy(
                            "policyDocuments[" + policies.size() + "] of the authorizer",
                            PolicyDocument.parse(document)));
        }
        return new PolicySet(policies);
    }

    private PolicySet join(Collection<PolicyRecord> policies) {
        return new PolicySet(
                policies.stream()
                        .map(policy -> new PolicySet.NamedPolicy(policy.name(), document(policy)))
                        .toList());
    }

    private PolicyDocument document(PolicyRecord policy) {
        return compiled.get(
                new Version(policy.name(), policy.generationId(), policy.defaultVersionId()),
                version -> PolicyDocument.parse(policy.document()));
    }

    /// A document that never changes.
    private record Version(String name, String generationId, String versionId) {}
}
