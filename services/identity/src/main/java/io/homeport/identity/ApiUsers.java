package io.homeport.identity;

import io.homeport.aws.Caller;
import io.homeport.aws.CredentialStore.Credential;
import io.homeport.core.AccountId;
import io.homeport.core.Arn;
import io.homeport.core.Clock;
import io.homeport.policy.PolicyDocument;
import io.homeport.policy.PolicySet;
import io.homeport.storage.Database;
import io.homeport.storage.Key;
import io.homeport.storage.Table;
import io.homeport.storage.Transaction;
import io.homeport.storage.View;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// The users of the AWS API with their access keys and IAM-style policies. The administrator comes
/// with the data directory and can't be changed here; further users are stored. Thread-safe;
/// changes block.
///
/// Refuses with the exceptions of AWS IoT: `InvalidRequestException`, `ResourceNotFoundException`,
/// `ResourceAlreadyExistsException`, `MalformedPolicyException`, `LimitExceededException`.
public final class ApiUsers {
    /// The name of the user that exists from the first start.
    public static final String ADMINISTRATOR = "administrator";

    /// As IAM's: characters of a policy without white space, and keys of a user.
    static final int POLICY_CHARACTERS = 6144;

    static final int KEYS = 2;
    private static final int USERS = 1_000;
    private static final Pattern NAME = Pattern.compile("[\\w+=,.@-]{1,64}");
    private static final String EVERYTHING =
            "{\"Version\":\"2012-10-17\",\"Statement\":"
                    + "[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}]}";

    private final Database database;
    private final Database reading;
    private final Tables tables;
    private final Clock clock;
    private final SecureRandom random;
    private final Changes changes;
    private final AccountId administratorAccount;
    private final AccessKey administratorKey;
    private final PolicySet everything =
            new PolicySet(
                    List.of(
                            new PolicySet.NamedPolicy(
                                    "AdministratorAccess", PolicyDocument.parse(EVERYTHING))));
    private final InlinePolicies inline;

    ApiUsers(Database reading, IdentityParts parts, AccountId administratorAccount) {
        this.database = parts.database();
        this.reading = reading;
        this.tables = parts.tables();
        this.clock = parts.clock();
        this.random = parts.random();
        this.changes = parts.changes();
        this.administratorAccount = administratorAccount;
        this.administratorKey = parts.authority().administratorKey();
        this.inline = new InlinePolicies("user", parts, new PolicyOwners());
    }

    /// Users, as owners of their policies.
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
            if (policies.values().stream()
                    .anyMatch(policy -> InlinePolicies.characters(policy) > POLICY_CHARACTERS)) {
                throw Faults.malformedPolicy(
                        "The policy document has more than " + POLICY_CHARACTERS + " characters");
            }
            UserRecord user = existing(transaction, account, owner);
            tables.users.put(transaction, key(account, owner), user.withPolicies(policies));
        }
    }

    /// A user as others see it. Immutable.
    public record ApiUser(
            AccountId account,
            String name,
            boolean administrator,
            List<String> policyNames,
            List<String> accessKeyIds) {}

    /// The key with its secret. Answers by a point read that waits for no writer.
    Optional<Credential> find(String accessKeyId) {
        if (accessKeyId.equals(administratorKey.accessKeyId())) {
            return Optional.of(
                    new Credential(
                            accessKeyId,
                            administratorKey.secretAccessKey(),
                            administratorAccount,
                            new Caller.Principal.ApiUser(ADMINISTRATOR, accessKeyId, true),
                            null,
                            false));
        }
        return owner(accessKeyId)
                .flatMap(user ->
                        user.keys().stream()
                                .filter(key -> key.accessKeyId().equals(accessKeyId))
                                .findFirst()
                                .map(key -> credential(user, key)));
    }

    /// The policies that hold for the user of an access key, for MQTT over WebSocket with SigV4;
    /// none where the key isn't there (any more).
    public PolicySet policies(String accessKeyId) {
        if (accessKeyId.equals(administratorKey.accessKeyId())) {
            return everything;
        }
        return owner(accessKeyId).map(this::compile).orElseGet(() -> new PolicySet(List.of()));
    }

    /// Adds a user without keys and policies.
    ///
    /// @param administrator may do everything in the account
    public ApiUser createUser(AccountId account, String name, boolean administrator) {
        if (!NAME.matcher(name).matches()) {
            throw Faults.invalid(
                    "A user name has 1 to 64 letters, digits and +=,.@_-, it is '" + name + "'");
        }
        UserRecord user =
                new UserRecord(
                        account.value(), name, administrator, Map.of(), List.of(), clock.millis());
        database.update(transaction -> {
            boolean taken = tables.users.get(transaction, key(account, name)) != null;
            if (taken || (account.equals(administratorAccount) && name.equals(ADMINISTRATOR))) {
                throw Faults.exists(
                        "There is a user of this name: " + name, name, arn(account, name));
            }
            if (tables.users.list(transaction, Key.of(account.value()), null, USERS).size()
                    >= USERS) {
                throw Faults.limit("An account can have " + USERS + " users");
            }
            tables.users.put(transaction, key(account, name), user);
        });
        return view(user);
    }

    /// Removes a user with all its keys and policies.
    public void deleteUser(AccountId account, String name) {
        database.update(transaction -> {
            existing(transaction, account, name);
            tables.users.delete(transaction, key(account, name));
        });
        changes.rightsChanged();
    }

    /// The account's users by name, without the built-in administrator.
    public List<ApiUser> users(AccountId account) {
        return database.read(view ->
                tables.users.list(view, Key.of(account.value()), null, USERS).stream()
                        .map(Table.Row::value)
                        .map(ApiUsers::view)
                        .toList());
    }

    public ApiUser user(AccountId account, String name) {
        return view(database.read(view -> existing(view, account, name)));
    }

    /// The users' own policies.
    public InlinePolicies inlinePolicies() {
        return inline;
    }

    /// Makes a further access key; its secret can't be read again.
    public AccessKey createAccessKey(AccountId account, String name) {
        AccessKey made = AccessKey.random(random);
        database.update(transaction -> {
            UserRecord user = existing(transaction, account, name);
            List<AccessKey> keys = new ArrayList<>(user.keys());
            keys.add(made);
            if (keys.size() > KEYS) {
                throw Faults.limit("A user can have " + KEYS + " access keys");
            }
            tables.users.put(transaction, key(account, name), user.withKeys(keys));
        });
        return made;
    }

    public void deleteAccessKey(AccountId account, String name, String accessKeyId) {
        database.update(transaction -> {
            UserRecord user = existing(transaction, account, name);
            List<AccessKey> keys = new ArrayList<>(user.keys());
            if (!keys.removeIf(key -> key.accessKeyId().equals(accessKeyId))) {
                throw Faults.notFound("The user " + name + " has no access key " + accessKeyId);
            }
            tables.users.put(transaction, key(account, name), user.withKeys(keys));
        });
        changes.rightsChanged();
    }

    static String arn(AccountId account, String name) {
        return new Arn("aws", "iam", "", account.value(), "user/" + name).toString();
    }

    private Optional<UserRecord> owner(String accessKeyId) {
        return reading.peek(view ->
                tables.users.listBy(view, Tables.BY_KEY, Key.of(accessKeyId), null, 1).stream()
                        .map(Table.IndexRow::value)
                        .findFirst());
    }

    private PolicySet compile(UserRecord user) {
        if (user.administrator()) {
            return everything;
        }
        return inline.compile(user.policies());
    }

    private UserRecord existing(View view, AccountId account, String name) {
        UserRecord user = tables.users.get(view, key(account, name));
        if (user == null) {
            throw Faults.notFound(
                    account.equals(administratorAccount) && name.equals(ADMINISTRATOR)
                            ? "The administrator comes with the data directory and can't be changed"
                            : "There is no user " + name + " in account " + account);
        }
        return user;
    }

    private static Credential credential(UserRecord user, AccessKey key) {
        return new Credential(
                key.accessKeyId(),
                key.secretAccessKey(),
                new AccountId(user.account()),
                new Caller.Principal.ApiUser(user.name(), key.accessKeyId(), user.administrator()),
                null,
                false);
    }

    private static ApiUser view(UserRecord user) {
        return new ApiUser(
                new AccountId(user.account()),
                user.name(),
                user.administrator(),
                user.policies().keySet().stream().sorted().toList(),
                user.keys().stream().map(AccessKey::accessKeyId).toList());
    }

    private static Key key(AccountId account, String name) {
        return Key.of(account.value(), name);
    }
}
