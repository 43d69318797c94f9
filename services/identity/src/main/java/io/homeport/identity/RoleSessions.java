package io.homeport.identity;

import io.homeport.aws.Caller;
import io.homeport.aws.CredentialStore.Credential;
import io.homeport.core.AccountId;
import io.homeport.core.Clock;
import io.homeport.core.Json;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/// Makes temporary credentials and knows them again. Thread-safe.
///
/// Nothing is stored: the session token is what the server has to know, sealed with AES-256-GCM
/// under a key that belongs to the data directory and the access key. So credentials cost neither
/// writes nor room, hold over a restart, and end with their time or their role.
public final class RoleSessions {
    private static final int VERSION = 1;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final int MAXIMUM_TOKEN_LENGTH = 8192;

    private final SecretKeySpec key;
    private final SecureRandom random;
    private final Clock clock;
    private final Roles roles;

    /// How a role stands to a service that wants to assume it. Equal as long as nothing that counts
    /// has changed.
    public sealed interface Standing {
        /// There is no such role.
        record Absent() implements Standing {}

        /// Its trust policy doesn't let the service.
        record Untrusting() implements Standing {}

        /// It may be assumed.
        ///
        /// @param roleId another where a role of the same name took its place
        record Assumable(String roleId) implements Standing {}
    }

    /// What is sealed into a token.
    private record Content(
            String account,
            String roleArn,
            String roleId,
            String session,
            String secret,
            long expiresMillis,
            Map<String, String> variables) {}

    /// @param key random and secret, 32 bytes; tokens of another key are none
    RoleSessions(byte[] key, SecureRandom random, Clock clock, Roles roles) {
        this.key = new SecretKeySpec(key, "HmacSHA256");
        this.random = random;
        this.clock = clock;
        this.roles = roles;
    }

    /// How a role stands to a service, now.
    ///
    /// @param service for example `lambda.amazonaws.com`
    /// @param sourceArn the service's resource that the role is for: `aws:SourceArn`
    public Standing standing(AccountId account, String roleArn, String service, String sourceArn) {
        return roles.byArn(account, roleArn)
                .<Standing>map(role ->
                        roles.trusts(role, service, sourceArn)
                                ? new Standing.Assumable(role.id())
                                : new Standing.Untrusting())
                .orElseGet(Standing.Absent::new);
    }

    /// Credentials of a role for a service that may assume it; nothing where it may not.
    ///
    /// @param session a name of 2 to 64 characters for whom the role is assumed
    /// @param variables values of condition keys by their names in lower case
    public Optional<TemporaryCredentials> assume(
            AccountId account,
            String roleArn,
            String service,
            String sourceArn,
            String session,
            Map<String, String> variables,
            Duration duration) {
        return roles.byArn(account, roleArn)
                .filter(role -> roles.trusts(role, service, sourceArn))
                .map(role -> issue(role, session, variables, duration));
    }

    /// @param session a name of 2 to 64 characters for whom the role is assumed
    /// @param variables values of condition keys by their names in lower case
    TemporaryCredentials issue(
            RoleRecord role, String session, Map<String, String> variables, Duration duration) {
        AccessKey made = AccessKey.temporary(random);
        // Whole seconds, since clients are told no finer.
        Instant expiration = Instant.ofEpochSecond(clock.now().plus(duration).getEpochSecond());
        Content content =
                new Content(
                        role.account(),
                        role.arn(),
                        role.id(),
                        session,
                        made.secretAccessKey(),
                        expiration.toEpochMilli(),
                        variables);
        return new TemporaryCredentials(
                made.accessKeyId(),
                made.secretAccessKey(),
                seal(made.accessKeyId(), Json.MAPPER.writeValueAsBytes(content)),
                expiration);
    }

    /// The credential of an access key and its token; nothing where they don't belong together, or
    /// their role isn't there any more.
    Optional<Credential> find(String accessKeyId, @Nullable String token) {
        if (token == null || token.length() > MAXIMUM_TOKEN_LENGTH) {
            return Optional.empty();
        }
        return open(accessKeyId, token)
                .map(json -> Json.MAPPER.readValue(json, Content.class))
                .filter(content ->
                        roles.current(
                                        new AccountId(content.account()),
                                        content.roleArn(),
                                        content.roleId())
                                .isPresent())
                .map(content ->
                        new Credential(
                                accessKeyId,
                                content.secret(),
                                new AccountId(content.account()),
                                new Caller.Principal.RoleSession(
                                        content.roleArn(),
                                        content.roleId(),
                                        content.session(),
                                        accessKeyId,
                                        content.variables(),
                                        content.expiresMillis()),
                                token,
                                clock.millis() >= content.expiresMillis()));
    }

    private String seal(String accessKeyId, byte[] content) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, accessKeyId, nonce).doFinal(content);
            byte[] token =
                    ByteBuffer.allocate(1 + NONCE_BYTES + sealed.length)
                            .put((byte) VERSION)
                            .put(nonce)
                            .put(sealed)
                            .array();
            return Base64.getEncoder().encodeToString(token);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has AES-GCM", e);
        }
    }

    private Optional<byte[]> open(String accessKeyId, String token) {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(token);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        if (bytes.length < 1 + NONCE_BYTES + TAG_BITS / 8 || bytes[0] != VERSION) {
            return Optional.empty();
        }
        byte[] nonce = new byte[NONCE_BYTES];
        ByteBuffer rest = ByteBuffer.wrap(bytes, 1, bytes.length - 1).get(nonce);
        try {
            return Optional.of(
                    cipher(Cipher.DECRYPT_MODE, accessKeyId, nonce)
                            .doFinal(bytes, rest.position(), rest.remaining()));
        } catch (AEADBadTagException e) {
            return Optional.empty();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has AES-GCM", e);
        }
    }

    /// A key per access key, so that no number of tokens wears one out.
    private Cipher cipher(int mode, String accessKeyId, byte[] nonce)
            throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(key);
        byte[] own = mac.doFinal(accessKeyId.getBytes(StandardCharsets.UTF_8));
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(own, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
        return cipher;
    }
}
