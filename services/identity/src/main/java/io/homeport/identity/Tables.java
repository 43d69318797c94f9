package io.homeport.identity;

import io.homeport.storage.Key;
import io.homeport.storage.Table;
import io.homeport.storage.Transaction;
import io.homeport.storage.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What identity stores. Every key starts with account and region, users' and roles' with the
/// account. Immutable; thread-safe.
final class Tables {
    /// Index names. The `CREATED` ones end in the order and the time that {@link #order} makes.
    static final String CREATED = "created";

    static final String BY_ID = "id";
    static final String BY_CA = "ca";
    static final String OUTGOING = "outgoing";
    static final String BY_SUBJECT = "subject";
    static final String BY_POLICY = "policy";
    static final String BY_KEY = "key";
    static final String BY_NAME = "name";

    private static final String UP = "a";
    private static final String DOWN = "d";
    private static final int WIPED_AT_ONCE = 1_000;
    private static final int MOST_ATTACHED = 1_000;

    final Table<CertificateRecord> certificates =
            new Table<>("certificate", CertificateRecord.class)
                    .index(BY_ID, certificate -> List.of(Key.of(certificate.id())))
                    .index(
                            CREATED,
                            certificate ->
                                    ordered(
                                            Key.of(certificate.account(), certificate.region()),
                                            certificate.createdMillis()))
                    .index(BY_CA, Tables::byCa)
                    .index(OUTGOING, Tables::outgoing);

    final Table<CaRecord> cas =
            new Table<>("ca-certificate", CaRecord.class)
                    .index(
                            BY_SUBJECT,
                            ca -> List.of(Key.of(ca.subject(), ca.account(), ca.region())))
                    .index(
                            CREATED,
                            ca -> ordered(Key.of(ca.account(), ca.region()), ca.createdMillis()));

    final Table<PolicyRecord> policies =
            new Table<>("policy", PolicyRecord.class)
                    .index(
                            CREATED,
                            policy ->
                                    ordered(
                                            Key.of(policy.account(), policy.region()),
                                            policy.createdMillis()));

    final Table<AttachmentRecord> attachments =
            new Table<>("policy-attachment", AttachmentRecord.class)
                    .index(
                            CREATED,
                            attachment ->
                                    ordered(targetKey(attachment), attachment.attachedMillis()))
                    .index(
                            BY_POLICY,
                            attachment ->
                                    ordered(
                                            Key.of(
                                                    attachment.account(),
                                                    attachment.region(),
                                                    attachment.policyName()),
                                            attachment.attachedMillis()));

    final Table<String> registrationCodes = new Table<>("registration-code", String.class);

    final Table<AuthorizerRecord> authorizers =
            new Table<>("authorizer", AuthorizerRecord.class)
                    .index(
                            CREATED,
                            authorizer ->
                                    ordered(
                                            Key.of(authorizer.account(), authorizer.region()),
                                            authorizer.createdMillis()));

    final Table<DomainRecord> domains =
            new Table<>("domain-configuration", DomainRecord.class)
                    .index(
                            BY_NAME,
                            domain ->
                                    domain.domainName() == null
                                            ? List.of()
                                            : List.of(Key.of(domain.domainName())));

    final Table<ServerCertificateRecord> serverCertificates =
            new Table<>("server-certificate", ServerCertificateRecord.class);

    /// The name of the account's default authorizer, by account and region.
    final Table<String> defaultAuthorizers = new Table<>("default-authorizer", String.class);

    final Table<UserRecord> users =
            new Table<>("api-user", UserRecord.class)
                    .index(
                            BY_KEY,
                            user ->
                                    user.keys().stream()
                                            .map(key -> Key.of(key.accessKeyId()))
                                            .toList());

    final Table<RoleRecord> roles = new Table<>("role", RoleRecord.class);

    final Table<RoleAliasRecord> roleAliases =
            new Table<>("role-alias", RoleAliasRecord.class)
                    .index(
                            CREATED,
                            alias ->
                                    ordered(
                                            Key.of(alias.account(), alias.region()),
                                            alias.createdMillis()));

    /// Forgets everything, in bounded transactions' worth of memory.
    boolean wipe(Transaction transaction) {
        return wipe(transaction, certificates)
                && wipe(transaction, cas)
                && wipe(transaction, policies)
                && wipe(transaction, attachments)
                && wipe(transaction, registrationCodes)
                && wipe(transaction, authorizers)
                && wipe(transaction, domains)
                && wipe(transaction, serverCertificates)
                && wipe(transaction, defaultAuthorizers)
                && wipe(transaction, users)
                && wipe(transaction, roles)
                && wipe(transaction, roleAliases);
    }

    Optional<CertificateRecord> certificate(View view, String account, String region, String id) {
        return Optional.ofNullable(certificates.get(view, Key.of(account, region, id)));
    }

    void put(Transaction transaction, CertificateRecord certificate) {
        certificates.put(
                transaction,
                Key.of(certificate.account(), certificate.region(), certificate.id()),
                certificate);
    }

    void put(Transaction transaction, CaRecord ca) {
        cas.put(transaction, Key.of(ca.account(), ca.region(), ca.id()), ca);
    }

    void put(Transaction transaction, PolicyRecord policy) {
        policies.put(transaction, Key.of(policy.account(), policy.region(), policy.name()), policy);
    }

    /// All policies attached to a target itself, in the order of their names. No profile allows as
    /// many as are looked at here, so that a stricter profile than the one they were attached under
    /// hides none.
    List<AttachmentRecord> attachedTo(View view, String account, String region, String target) {
        return attachments.list(view, Key.of(account, region, target), null, MOST_ATTACHED).stream()
                .map(Table.Row::value)
                .toList();
    }

    /// The prefix under which an index has rows in the order of their times.
    static Key order(Key prefix, boolean ascending) {
        return prefix.then(ascending ? UP : DOWN);
    }

    private static Key targetKey(AttachmentRecord attachment) {
        return Key.of(attachment.account(), attachment.region(), attachment.target());
    }

    private static List<Key> byCa(CertificateRecord certificate) {
        return certificate.caCertificateId() == null
                ? List.of()
                : ordered(
                        Key.of(
                                certificate.account(),
                                certificate.region(),
                                certificate.caCertificateId()),
                        certificate.createdMillis());
    }

    private static List<Key> outgoing(CertificateRecord certificate) {
        return certificate.outgoing()
                ? ordered(
                        Key.of(certificate.account(), certificate.region()),
                        certificate.createdMillis())
                : List.of();
    }

    private static List<Key> ordered(Key prefix, long millis) {
        return List.of(
                prefix.then(UP, padded(millis)),
                prefix.then(DOWN, padded(Long.MAX_VALUE - millis)));
    }

    private static String padded(long number) {
        String digits = Long.toString(number);
        return "0".repeat(19 - digits.length()) + digits;
    }

    /// False where more is left than one transaction should hold.
    private static <V> boolean wipe(Transaction transaction, Table<V> table) {
        List<Table.Row<V>> rows = table.list(transaction, Key.EMPTY, null, WIPED_AT_ONCE);
        List<Key> keys = new ArrayList<>();
        rows.forEach(row -> keys.add(row.key()));
        keys.forEach(key -> table.delete(transaction, key));
        return keys.size() < WIPED_AT_ONCE;
    }
}
