package io.homeport.identity;

import io.homeport.aws.Caller;
import io.homeport.aws.Operation;
import io.homeport.aws.OperationTable;
import io.homeport.core.AccountId;
import io.homeport.core.FunctionInvoker;
import io.homeport.core.Message;
import io.homeport.core.MessageBus;
import io.homeport.core.Profile;
import io.homeport.storage.Database;
import io.homeport.storage.MemoryStore;
import io.homeport.testkit.SimTimers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.iot.model.AttachPolicyRequest;
import software.amazon.awssdk.services.iot.model.CreateCertificateFromCsrRequest;
import software.amazon.awssdk.services.iot.model.CreateCertificateFromCsrResponse;
import software.amazon.awssdk.services.iot.model.CreatePolicyRequest;
import software.amazon.awssdk.utils.builder.SdkBuilder;

/// The identity service over a store in memory, with its operations called as the door would.
final class Identity implements OperationTable, MessageBus, TagStore {
    static final String REGION = "us-east-1";
    static final String ALLOW_ALL =
            "{\"Version\":\"2012-10-17\",\"Statement\":"
                    + "[{\"Effect\":\"Allow\",\"Action\":\"iot:*\",\"Resource\":\"*\"}]}";

    final SimTimers clock = new SimTimers();
    final FakeThings things = new FakeThings();
    final List<Message> published = new ArrayList<>();
    final Map<String, Map<String, String>> tags = new HashMap<>();

    /// What clients of the data plane were denied.
    final List<String> denials = new ArrayList<>();

    final Database database;
    final IdentityService service;
    final Caller caller = caller("000000000000", REGION);
    private final Map<Class<?>, Operation<Object, Object>> operations = new HashMap<>();

    Identity(Path directory, Profile profile) {
        MemoryStore store = new MemoryStore();
        database = new Database(store);
        service =
                new IdentityService(
                        database,
                        clock,
                        LocalAuthority.open(directory, List.of(), clock),
                        new IdentitySettings(AccountId.DEFAULT, REGION, IdentityLimits.of(profile)),
                        new IdentityPorts(
                                things,
                                this,
                                this,
                                this::answer,
                                Runnable::run,
                                (account, action, resource, reason) ->
                                        denials.add(action + " " + resource + " " + reason)));
        service.register(this);
    }

    /// What the function behind every authorizer answers; and what it was asked.
    FunctionInvoker.Result functionAnswer =
            new FunctionInvoker.Refused(FunctionInvoker.Reason.NOT_FOUND, "no function");

    final List<FunctionInvoker.Call> functionCalls = new ArrayList<>();

    private FunctionInvoker.Result answer(FunctionInvoker.Call call, Duration patience) {
        functionCalls.add(call);
        return functionAnswer;
    }

    static Caller caller(String account, String region) {
        return new Caller(
                new AccountId(account),
                region,
                new Caller.Principal.ApiUser("administrator", "AKIAIOSFODNN7EXAMPLE", true),
                "request",
                "127.0.0.1");
    }

    <R> R call(Object request, Class<R> response) {
        return call(request, response, caller);
    }

    <R> R call(Object request, Class<R> response, Caller by) {
        Operation<Object, Object> operation =
                Objects.requireNonNull(operations.get(request.getClass()), "not registered");
        return response.cast(operation.call(request, by));
    }

    void call(Object request) {
        call(request, Object.class);
    }

    void createPolicy(String name, String document) {
        call(CreatePolicyRequest.builder().policyName(name).policyDocument(document).build());
    }

    void attach(String policyName, String target) {
        call(AttachPolicyRequest.builder().policyName(policyName).target(target).build());
    }

    /// An active certificate issued by the server for a new EC key.
    CreateCertificateFromCsrResponse issue(String subject) {
        return call(
                CreateCertificateFromCsrRequest.builder()
                        .certificateSigningRequest(
                                Chains.csr(subject, CertificateIssuer.newEcKeys(Chains.RANDOM)))
                        .setAsActive(true)
                        .build(),
                CreateCertificateFromCsrResponse.class);
    }

    static String groupArn(String name) {
        return "arn:aws:iot:us-east-1:000000000000:thinggroup/" + name;
    }

    @Override
    @SuppressWarnings("unchecked") // The request's class is the key that the operation is found by.
    public <B extends SdkBuilder<B, Q> & SdkPojo, Q, R extends SdkPojo> OperationTable add(
            Class<Q> requestType, Supplier<B> requestBuilder, Operation<Q, R> operation) {
        operations.put(requestType, (request, by) -> operation.call((Q) request, by));
        return this;
    }

    @Override
    public CompletableFuture<Void> publish(Message message) {
        published.add(message);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public Subscription subscribe(AccountId account, String topicFilter, Handler handler) {
        throw new UnsupportedOperationException("identity subscribes to nothing");
    }

    @Override
    public void put(String resourceArn, Map<String, String> added) {
        if (added.containsKey("refused")) {
            throw new IllegalArgumentException("refused");
        }
        tags.put(resourceArn, added);
    }

    @Override
    public void forget(String resourceArn) {
        tags.remove(resourceArn);
    }
}
