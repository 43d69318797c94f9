package io.homeport.identity;

import io.homeport.core.AccountId;
import io.homeport.core.FunctionInvoker;
import io.homeport.storage.Database;
import io.homeport.storage.Key;
import io.homeport.storage.View;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Lets users' functions decide who may connect and what they may do then. Thread-safe.
public final class CustomAuthorizers {
    /// Header, query or user name parameter that names the authorizer.
    public static final String NAME = "x-amz-customauthorizer-name";

    /// That carries the token's signature.
    public static final String SIGNATURE = "x-amz-customauthorizer-signature";

    /// AWS IoT developer guide, "Creating and managing custom authorizers".
    static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final String SERVICE = "iot.amazonaws.com";
    private static final int MOST_CREDENTIALS = 64 * 1024;
    private static final int LOOKED_AT = 1_000;

    private final Database reading;
    private final Tables tables;
    private final AuthorizerFunctions functions;
    private final Domains domains;
    private final IdentitySettings settings;

    CustomAuthorizers(
            Database reading,
            Tables tables,
            AuthorizerFunctions functions,
            Domains domains,
            IdentitySettings settings) {
        this.domains = domains;
        this.reading = reading;
        this.tables = tables;
        this.functions = functions;
        this.settings = settings;
    }

    /// What came of asking.
    public sealed interface Outcome {
        /// @param principalId as the function says; a certificate's id where that is asked for, too
        /// @param policyDocuments what the client may do; those attached to its certificate hold
        ///   besides
        /// @param lifetime of a connection
        /// @param refreshAfter when to ask again; null for never
        /// @param cacheable whether the answer holds for further requests of an HTTP connection
        record Granted(
                AccountId account,
                String region,
                String principalId,
                List<String> policyDocuments,
                Duration lifetime,
                @Nullable Duration refreshAfter,
                boolean cacheable)
                implements Outcome {}

        /// @param reason for the operator: names the authorizer, holds no credentials
        record Refused(Why why, String reason) implements Outcome {}
    }

    /// Why there is no grant.
    public enum Why {
        /// The client names no authorizer, and there is no default.
        NO_AUTHORIZER,
        /// The client isn't who it says: by the function, or because of the token's signature.
        UNAUTHENTICATED,
        /// The authorizer can't decide: it isn't active, its function fails or answers wrongly.
        FAILED,
        /// Too much at once: it may be tried again.
        BUSY
    }

    /// Asks the function of the authorizer that the client names, or of the default one. Blocks;
    /// not on an event loop.
    public Outcome authorize(Presented presented) {
        return switch (choose(presented)) {
            case Choice.None(Outcome.Refused refused) -> refused;
            case Choice.Chosen(AuthorizerRecord authorizer, String token, boolean verified) ->
                    answer(authorizer, presented, AuthorizerEvent.of(presented, token, verified));
        };
    }

    /// Everything that {@link #authorize} checks before it calls the function; empty where nothing
    /// is in the way. Answers from memory.
    ///
    /// Where the client names no authorizer and signs nothing, its CONNECT may still.
    public Optional<Outcome.Refused> check(Presented presented) {
        if (presented.parameter(NAME) == null && presented.parameter(SIGNATURE) == null) {
            return hasActive(realm(presented))
                    ? Optional.empty()
                    : Optional.of(
                            new Outcome.Refused(
                                    Why.NO_AUTHORIZER, "there is no active custom authorizer"));
        }
        return choose(presented) instanceof Choice.None(Outcome.Refused refused)
                ? Optional.of(refused)
                : Optional.empty();
    }

    /// The outcome of {@link #choose}.
    private sealed interface Choice {
        record Chosen(AuthorizerRecord authorizer, @Nullable String token, boolean verified)
                implements Choice {}

        record None(Outcome.Refused refused) implements Choice {}
    }

    private Choice choose(Presented presented) {
        if (presented.size() > MOST_CREDENTIALS) {
            return none(
                    Why.UNAUTHENTICATED,
                    "the credentials are larger than " + MOST_CREDENTIALS + " bytes");
        }
        String asked = presented.parameter(NAME);
        Realm realm = realm(presented);
        String name = asked == null || asked.isEmpty() ? realm.defaultAuthorizer() : asked;
        if (name == null) {
            return none(
                    Why.NO_AUTHORIZER,
                    "the client names no custom authorizer, and there is no default one");
        }
        DomainRecord domain = realm.domain();
        if (domain != null && !domain.allows(name)) {
            return none(
                    Why.FAILED,
                    "the domain configuration %s allows no other authorizer than %s"
                            .formatted(domain.name(), domain.defaultAuthorizer()));
        }
        AuthorizerRecord authorizer =
                reading.peek(view -> tables.authorizers.get(view, realm.key(name)));
        if (authorizer == null) {
            return none(Why.FAILED, "there is no authorizer " + shown(name));
        }
        if (!authorizer.active()) {
            return none(Why.FAILED, "the authorizer " + name + " is INACTIVE");
        }
        String key = authorizer.tokenKeyName();
        String token = key == null ? null : presented.parameter(key);
        if (authorizer.signingDisabled()) {
            return new Choice.Chosen(authorizer, token, false);
        }
        String flaw = flaw(authorizer, token, presented.parameter(SIGNATURE));
        return flaw == null
                ? new Choice.Chosen(authorizer, token, true)
                : none(Why.UNAUTHENTICATED, "authorizer " + name + ": " + flaw);
    }

    /// What is wrong with a token's signature; null where nothing is.
    static @Nullable String flaw(
            AuthorizerRecord authorizer, @Nullable String token, @Nullable String signature) {
        if (token == null) {
            return "there is no token under " + authorizer.tokenKeyName();
        }
        if (signature == null) {
            return "there is no " + SIGNATURE;
        }
        return TokenSignature.isValid(token, signature, authorizer.publicKeys().values())
                ? null
                : "no key of the authorizer made the token's signature";
    }

    private Outcome answer(AuthorizerRecord authorizer, Presented presented, byte[] event) {
        AuthorizerAnswer answer;
        try {
            answer = call(authorizer, event, presented.certificate() != null);
        } catch (FunctionFailed e) {
            return new Outcome.Refused(
                    e.busy ? Why.BUSY : Why.FAILED,
                    "authorizer " + authorizer.name() + ": " + e.getMessage());
        } catch (AuthorizerAnswer.InvalidAnswer e) {
            return new Outcome.Refused(
                    Why.FAILED, "authorizer " + authorizer.name() + ": " + e.getMessage());
        }
        if (!answer.authenticated()) {
            return new Outcome.Refused(
                    Why.UNAUTHENTICATED,
                    "authorizer "
                            + authorizer.name()
                            + ": its function says isAuthenticated false");
        }
        CertificateIdentity certificate = presented.certificate();
        if (certificate != null && !certificate.certificateId().equals(answer.principalId())) {
            return new Outcome.Refused(
                    Why.FAILED,
                    "authorizer "
                            + authorizer.name()
                            + ": principalId isn't the certificate's id, as it has to be");
        }
        return new Outcome.Granted(
                new AccountId(authorizer.account()),
                authorizer.region(),
                answer.principalId(),
                answer.policyDocuments(),
                Duration.ofSeconds(answer.disconnectAfterSeconds()),
                answer.refreshAfterSeconds() == 0
                        ? null
                        : Duration.ofSeconds(answer.refreshAfterSeconds()),
                authorizer.cachingForHttp());
    }

    /// The function ran into an error, or didn't run.
    static final class FunctionFailed extends Exception {
        private static final long serialVersionUID = 1;

        private final boolean busy;

        FunctionFailed(String message, boolean busy) {
            super(message);
            this.busy = busy;
        }
    }

    /// Calls the function and reads its answer. Blocks.
    AuthorizerAnswer call(AuthorizerRecord authorizer, byte[] event, boolean documentsOptional)
            throws FunctionFailed, AuthorizerAnswer.InvalidAnswer {
        FunctionInvoker.Call call =
                new FunctionInvoker.Call(
                        new AccountId(authorizer.account()),
                        authorizer.region(),
                        authorizer.functionArn(),
                        event,
                        new FunctionInvoker.Source(SERVICE, authorizer.arn()));
        return switch (functions.invoke(call, PATIENCE)) {
            case FunctionInvoker.Succeeded(byte[] payload, String _) ->
                    AuthorizerAnswer.parse(payload, documentsOptional);
            case FunctionInvoker.Failed(String type, String message, byte[] _) ->
                    throw new FunctionFailed(
                            "its function failed: " + type + ": " + message, false);
            case FunctionInvoker.Refused(FunctionInvoker.Reason reason, String message) ->
                    throw new FunctionFailed(
                            "its function wasn't run: " + message,
                            reason == FunctionInvoker.Reason.THROTTLED);
        };
    }

    /// Where authorizers are looked up for a connection.
    private record Realm(
            String account,
            String region,
            @Nullable String defaultAuthorizer,
            @Nullable DomainRecord domain) {
        Key key(String name) {
            return Key.of(account, region, name);
        }
    }

    private Realm realm(Presented presented) {
        DomainRecord domain = domains.find(presented.serverName());
        CertificateIdentity certificate = presented.certificate();
        String account =
                certificate != null
                        ? certificate.account().value()
                        : domain != null ? domain.account() : settings.account().value();
        String region =
                certificate != null
                        ? certificate.region()
                        : domain != null ? domain.region() : settings.region();
        String own = domain == null ? null : domain.defaultAuthorizer();
        String name = own == null ? reading.peek(view -> standard(view, account, region)) : own;
        return new Realm(account, region, name, domain);
    }

    private @Nullable String standard(View view, String account, String region) {
        return tables.defaultAuthorizers.get(view, Key.of(account, region));
    }

    private boolean hasActive(Realm realm) {
        return reading.peek(view ->
                tables
                        .authorizers
                        .list(view, Key.of(realm.account(), realm.region()), null, LOOKED_AT)
                        .stream()
                        .anyMatch(row -> row.value().active()));
    }

    private static Choice none(Why why, String reason) {
        return new Choice.None(new Outcome.Refused(why, reason));
    }

    private static String shown(String name) {
        return name.length() <= 128 ? name : name.substring(0, 128) + "...";
    }
}
