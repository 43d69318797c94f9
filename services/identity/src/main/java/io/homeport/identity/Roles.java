package io.homeport.identity;

import io.homeport.aws.Caller;
import io.homeport.core.AccountId;
import io.homeport.core.Arn;
import io.homeport.core.Clock;
import io.homeport.policy.PolicyContext;
import io.homeport.policy.PolicySet;
import io.homeport.policy.PolicySyntaxException;
import io.homeport.storage.Database;
import io.homeport.storage.Key;
import io.homeport.storage.Table;
import io.homeport.storage.Transaction;
import io.homeport.storage.View;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The roles that this server gives temporary credentials of, as IAM has them: a trust policy says
/// who may assume a role, its policies say what its credentials may do. Thread-safe; changes block.
///
/// Refuses with the exceptions of AWS IoT: `InvalidRequestException`, `ResourceNotFoundException`,
/// `MalformedPolicyException`, `LimitExceededException`.
public final class Roles {
    /// As IAM's: characters of all inline policies and of a trust policy without white space.
    static final int POLICY_CHARACTERS = 10_240;

    static final int TRUST_CHARACTERS = 2_048;
    private static final int ROLES = 1_000;
    private static final int PARSED = 1_000;
    private static final int MINIMUM_SESSION_SECONDS = 3_600;
    private static final int MAXIMUM_SESSION_SECONDS = 43_200;
    private static final Pattern NAME = Pattern.compile("[\\w+=,.@-]{1,64}");
    private static final Pattern PATH = Pattern.compile("/([!-.0-~]{1,100}/){0,5}");

    private final Database database;
    private final Tables tables;
    private final Clock clock;
    private final SecureRandom random;
    private final Changes changes;
    private final InlinePolicies inline;
    private final BoundedCache<String, TrustPolicy> trusts = new BoundedCache<>(PARSED);

    Roles(IdentityParts parts) {
        this.database = parts.database();
        this.tables = parts.tables();
        this.clock = parts.clock();
        this.random = parts.random();
        this.changes = parts.changes();
        this.inline = new InlinePolicies("role", parts, new PolicyOwners());
    }

    /// Roles, as owners of their policies.
    private final class PolicyOwners implements InlinePolicies.Owners {
        @Override
        public Map<String, String> policies(View view, AccountId account, String owner) {
            return existing(view, account, owner).policies();
        }

        @Override
        public void put(
                Transaction transaction,
                AccountId account,
                String owner,
                Map<String, String> policies) {
            if (InlinePolicies.characters(String.join("", policies.values())) > POLICY_CHARACTERS) {
                throw Faults.limit(
                        "The policies of a role can have "
                                + POLICY_CHARACTERS
                                + " characters together");
            }
            RoleRecord role = existing(transaction, account, owner);
            tables.roles.put(transaction, key(account, owner), role.withPolicies(policies));
        }
    }

    /// A role as others see it. Immutable.
    ///
    /// @param id AWS's `RoleId`: another for each role that has the name one after another
    /// @param maximumSession the longest that credentials of the role are good
    public record Role(
            AccountId account,
            String name,
            String path,
            String arn,
            String id,
            String trustPolicy,
            Duration maximumSession,
            List<String> policyNames) {
        public Role {
            policyNames = List.copyOf(policyNames);
        }
    }

    /// Makes a role, or changes one that is there, which keeps its id and its policies.
    ///
    /// @param path IAM's, for example `/service-role/`; `/` where null. It can't be changed.
    /// @param trustPolicy who may assume the role; null leaves that of a role that is there
    /// @param maximumSession 1 to 12 hours; null for as it was, and for 1 hour in the beginning
    public Role put(
            AccountId account,
            String name,
            @Nullable String path,
            @Nullable String trustPolicy,
            @Nullable Duration maximumSession) {
        check(NAME, name, "A role name has 1 to 64 letters, digits and +=,.@_-");
        if (path != null) {
            check(PATH, path, "A path begins and ends with a slash");
        }
        if (trustPolicy != null) {
            checkTrust(trustPolicy);
        }
        if (maximumSession != null
                && (maximumSession.toSeconds() < MINIMUM_SESSION_SECONDS
                        || maximumSession.toSeconds() > MAXIMUM_SESSION_SECONDS)) {
            throw Faults.invalid(
                    "A session lasts at most 3600 to 43200 seconds, not "
                            + maximumSession.toSeconds());
        }
        String id = AccessKey.id("AROA", 17, random);
        RoleRecord stored =
                database.write(transaction -> {
                    RoleRecord old = tables.roles.get(transaction, key(account, name));
                    RoleRecord role =
                            old == null
                                    ? made(account, name, id, path, trustPolicy, maximumSession)
                                    : changed(old, path, trustPolicy, maximumSession);
                    if (old == null && list(transaction, account).size() >= ROLES) {
                        throw Faults.limit("An account can have " + ROLES + " roles");
                    }
                    tables.roles.put(transaction, key(account, name), role);
                    return role;
                });
        return view(stored);
    }

    /// Removes a role with its policies. Its credentials are not taken any more.
    public void delete(AccountId account, String name) {
        database.update(transaction -> {
            existing(transaction, account, name);
            tables.roles.delete(transaction, key(account, name));
        });
        changes.rightsChanged();
    }

    /// The account's roles by name.
    public List<Role> roles(AccountId account) {
        return database.read(view -> list(view, account)).stream().map(Roles::view).toList();
    }

    public Role role(AccountId account, String name) {
        return view(database.read(view -> existing(view, account, name)));
    }

    /// The roles' own policies.
    public InlinePolicies inlinePolicies() {
        return inline;
    }

    /// What credentials of a role may do, now; nothing where the role isn't there any more.
    ///
    /// @param id of the role that they were made for
    public PolicySet policies(AccountId account, String roleArn, String id) {
        return current(account, roleArn, id)
                .map(role -> inline.compile(role.policies()))
                .orElseGet(() -> new PolicySet(List.of()));
    }

    /// What a session's policies can ask for of the session itself.
    public static PolicyContext variables(Caller.Principal.RoleSession session) {
        return name -> {
            String key = name.toLowerCase(Locale.ROOT);
            return switch (key) {
                case "aws:userid" -> List.of(session.userId());
                case "aws:principaltype" -> List.of("AssumedRole");
                case "aws:principalarn" -> List.of(session.roleArn());
                case "aws:principalaccount" ->
                        Arn.parse(session.roleArn()).map(Arn::account).stream().toList();
                default -> {
                    String own = session.variables().get(key);
                    yield own == null ? List.of() : List.of(own);
                }
            };
        };
    }

    /// The role of an ARN, by a point read that waits for no writer.
    Optional<RoleRecord> byArn(AccountId account, String roleArn) {
        String name = roleArn.substring(roleArn.lastIndexOf('/') + 1);
        RoleRecord role = database.peek(view -> tables.roles.get(view, key(account, name)));
        return Optional.ofNullable(role).filter(found -> found.arn().equals(roleArn));
    }

    /// The role of an ARN, where it is still the one with this id.
    Optional<RoleRecord> current(AccountId account, String roleArn, String id) {
        return byArn(account, roleArn).filter(role -> role.id().equals(id));
    }

    /// Whether a service may assume the role for one of its resources.
    boolean trusts(RoleRecord role, String service, String sourceArn) {
        PolicyContext context =
                name ->
                        switch (name.toLowerCase(Locale.ROOT)) {
                            case "aws:sourceaccount" -> List.of(role.account());
                            case "aws:sourcearn" -> List.of(sourceArn);
                            default -> List.of();
                        };
        return trusts.get(role.trustPolicy(), TrustPolicy::parse)
                .trusts(service, role.arn(), context);
    }

    /// Refuses what isn't the ARN of a role in the caller's account.
    static void checkArn(AccountId account, String roleArn) {
        Arn arn =
                Arn.parse(roleArn)
                        .filter(a -> a.service().equals("iam") && a.resourceType().equals("role"))
                        .filter(a -> !a.resourceId().isEmpty())
                        .orElseThrow(() ->
                                Faults.invalid(
                                        "Not the ARN of a role, which is like"
                                                + " arn:aws:iam::000000000000:role/name: "
                                                + roleArn));
        if (!arn.account().equals(account.value())) {
            throw Faults.invalid("Cross-account pass role is not allowed.");
        }
    }

    private RoleRecord made(
            AccountId account,
            String name,
            String id,
            @Nullable String path,
            @Nullable String trustPolicy,
            @Nullable Duration maximumSession) {
        if (trustPolicy == null) {
            throw Faults.invalid(
                    "A new role needs an assumeRolePolicyDocument, which says who may assume it");
        }
        return new RoleRecord(
                account.value(),
                name,
                path == null ? "/" : path,
                id,
                trustPolicy,
                maximumSession == null
                        ? MINIMUM_SESSION_SECONDS
                        : Math.toIntExact(maximumSession.toSeconds()),
                Map.of(),
                clock.millis());
    }

    private static RoleRecord changed(
            RoleRecord old,
            @Nullable String path,
            @Nullable String trustPolicy,
            @Nullable Duration maximumSession) {
        if (path != null && !path.equals(old.path())) {
            throw Faults.invalid(
                    "The role " + old.name() + " has the path " + old.path() + ", which stays");
        }
        return new RoleRecord(
                old.account(),
                old.name(),
                old.path(),
                old.id(),
                trustPolicy == null ? old.trustPolicy() : trustPolicy,
                maximumSession == null
                        ? old.maximumSessionSeconds()
                        : Math.toIntExact(maximumSession.toSeconds()),
                old.policies(),
                old.createdMillis());
    }

    private static void checkTrust(String document) {
        if (InlinePolicies.characters(document) > TRUST_CHARACTERS) {
            throw Faults.malformedPolicy(
                    "The trust policy has more than " + TRUST_CHARACTERS + " characters");
        }
        try {
            TrustPolicy.parse(document);
        } catch (PolicySyntaxException e) {
            throw Faults.malformedPolicy("The trust policy is malformed: " + e.getMessage());
        }
    }

    private static void check(Pattern pattern, String text, String rule) {
        if (!pattern.matcher(text).matches()) {
            throw Faults.invalid(rule + ", it is '" + text + "'");
        }
    }

    private List<RoleRecord> list(View view, AccountId account) {
        return tables.roles.list(view, Key.of(account.value()), null, ROLES).stream()
                .map(Table.Row::value)
                .toList();
    }

    private RoleRecord existing(View view, AccountId account, String name) {
        RoleRecord role = tables.roles.get(view, key(account, name));
        if (role == null) {
            throw Faults.notFound("There is no role " + name + " in account " + account);
        }
        return role;
    }

    private static Role view(RoleRecord role) {
        return new Role(
                new AccountId(role.account()),
                role.name(),
                role.path(),
                role.arn(),
                role.id(),
                role.trustPolicy(),
                Duration.ofSeconds(role.maximumSessionSeconds()),
                role.policies().keySet().stream().sorted().toList());
    }

    private static Key key(AccountId account, String name) {
        return Key.of(account.value(), name);
    }
}
