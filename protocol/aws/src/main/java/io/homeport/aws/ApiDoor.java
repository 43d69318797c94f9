package io.homeport.aws;

import io.homeport.aws.Router.Match;
import io.homeport.core.Clock;
import io.homeport.core.Json;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.utils.builder.SdkBuilder;
import tools.jackson.databind.JsonNode;

/// The AWS API without sockets: takes a request's bytes, proves who sent it, finds its operation in
/// the service models, decodes it into the SDK's type, checks it, calls the service and renders the
/// answer.
///
/// ```java
/// ApiDoor door = new ApiDoor(ApiSettings.DEFAULT, clock, credentials, authorizer, answered -> {});
/// registryService.register(door);
/// door.addRaw("GET", "/connections/{clientId}", "iotdata", "GetConnection", this::getConnection);
/// ApiResponse response = door.handle(request); // on a virtual thread
/// ```
///
/// Thread-safe once the operations are registered.
public final class ApiDoor implements OperationTable {
    private static final String SDK_PACKAGE = "software.amazon.awssdk.services.";

    private final ApiSettings settings;
    private final CallAuthorizer authorizer;
    private final ApiEvents events;
    private final SigV4 sigV4;
    private final ServiceModels models = ServiceModels.load();
    private final Router router = new Router(models);
    private final Map<String, Registered> registered = new ConcurrentHashMap<>();
    private final RequestDecoder decoder;
    private final ResponseEncoder encoder;
    private final Validator validator;
    private final Faults faults;

    /// An operation of the models that a service has taken.
    ///
    /// @param unsigned whether it needs no signature
    private record Registered(
            Supplier<? extends SdkPojo> requestBuilder, Handler handler, boolean unsigned) {}

    /// Calls an operation with its decoded request.
    private interface Handler {
        SdkPojo call(SdkPojo decoded, byte[] body, Caller caller);
    }

    /// @param clock the time that signatures are checked against
    /// @param credentials where access keys are looked up
    /// @param authorizer asked for every call, of administrators too
    /// @param events hears of every answer
    public ApiDoor(
            ApiSettings settings,
            Clock clock,
            CredentialStore credentials,
            CallAuthorizer authorizer,
            ApiEvents events) {
        this.settings = settings;
        this.authorizer = authorizer;
        this.events = events;
        this.sigV4 = new SigV4(clock, credentials);
        PojoPlans plans = new PojoPlans();
        this.decoder = new RequestDecoder(plans);
        this.encoder = new ResponseEncoder(plans);
        this.validator = new Validator(plans);
        this.faults = new Faults(plans);
    }

    @Override
    public <B extends SdkBuilder<B, Q> & SdkPojo, Q, R extends SdkPojo> OperationTable add(
            Class<Q> requestType, Supplier<B> requestBuilder, Operation<Q, R> operation) {
        return add(requestType, requestBuilder, withoutBody(requestType, operation), false);
    }

    @Override
    public <B extends SdkBuilder<B, Q> & SdkPojo, Q, R extends SdkPojo> OperationTable addUnsigned(
            Class<Q> requestType, Supplier<B> requestBuilder, Operation<Q, R> operation) {
        return add(requestType, requestBuilder, withoutBody(requestType, operation), true);
    }

    @Override
    public <B extends SdkBuilder<B, Q> & SdkPojo, Q, R extends SdkPojo> OperationTable addWithBody(
            Class<Q> requestType, Supplier<B> requestBuilder, BodyOperation<Q, R> operation) {
        Handler handler =
                (decoded, body, caller) -> {
                    JsonNode json =
                            body.length == 0
                                    ? Json.MAPPER.createObjectNode()
                                    : Json.MAPPER.readTree(body);
                    return operation.call(requestType.cast(decoded), json, caller);
                };
        return add(requestType, requestBuilder, handler, false);
    }

    private static <Q, R extends SdkPojo> Handler withoutBody(
            Class<Q> requestType, Operation<Q, R> operation) {
        return (decoded, _, caller) -> operation.call(requestType.cast(decoded), caller);
    }

    private OperationTable add(
            Class<?> requestType,
            Supplier<? extends SdkPojo> requestBuilder,
            Handler handler,
            boolean unsigned) {
        OperationModel model = modelOf(requestType);
        Registered entry = new Registered(requestBuilder, handler, unsigned);
        if (isRegistered(model) || registered.putIfAbsent(model.toString(), entry) != null) {
            throw new IllegalStateException(model + " is registered already");
        }
        return this;
    }

    private OperationModel modelOf(Class<?> requestType) {
        String name = requestType.getName();
        String suffix = "Request";
        if (name.startsWith(SDK_PACKAGE) && name.endsWith(suffix)) {
            String service =
                    name.substring(SDK_PACKAGE.length(), name.indexOf('.', SDK_PACKAGE.length()));
            String simple = requestType.getSimpleName();
            String operation = simple.substring(0, simple.length() - suffix.length());
            Optional<OperationModel> model =
                    models.byId(service).flatMap(found -> found.bySdkName(operation));
            if (model.isPresent()) {
                return model.get();
            }
        }
        throw new IllegalStateException("no service model has an operation for " + name);
    }

    /// Adds an operation that neither the models nor the SDK know. It is authenticated and
    /// authorized like the others; the authorizer sees its parameters as a {@link RawRequest}.
    ///
    /// @param pathPattern for example `/connections/{clientId}/messages`; `{rest+}` takes slashes
    ///   too
    /// @param signingName the service's name in credential scopes, for example `iotdata`
    /// @throws IllegalStateException where the route or the operation is there already, or no
    ///   service has that name
    public ApiDoor addRaw(
            String method,
            String pathPattern,
            String signingName,
            String operationName,
            RawOperation handler) {
        ServiceModel service =
                models.bySigningName(signingName)
                        .orElseThrow(() ->
                                new IllegalStateException(
                                        "no service signs as '" + signingName + "'"));
        OperationModel sameName = service.operations().get(operationName);
        if (sameName != null && isRegistered(sameName)) {
            throw new IllegalStateException(sameName + " is registered already");
        }
        UriTemplate uri = UriTemplate.parse(pathPattern);
        router.add(new Router.RawRoute(service, operationName, method, uri, handler));
        return this;
    }

    /// Proves who sent a request that isn't for an operation, for example a WebSocket's handshake.
    ///
    /// @param signingNames the names that its signature may be for, for example `iotdevicegateway`
    public Authentication authenticate(ApiRequest request, Set<String> signingNames) {
        String requestId = UUID.randomUUID().toString();
        try {
            Optional<SigV4Claim> claim = claimOf(request);
            if (claim.isPresent() && !settings.anyCredentials()) {
                requireScope(claim.get(), signingNames);
            }
            return new Authentication.Accepted(callerOf(request, claim, requestId));
        } catch (ApiFault fault) {
            ServiceModel service =
                    models.services().stream()
                            .filter(model -> signingNames.contains(model.signingName()))
                            .findFirst()
                            .orElse(null);
            return new Authentication.Refused(
                    faults.renderOwn(service, fault, requestId).response(),
                    fault.type(),
                    fault.text());
        }
    }

    /// Answers a request. Blocks as long as the service does; call it on a virtual thread. Never
    /// throws for what a request contains or a service does.
    public ApiResponse handle(ApiRequest request) {
        long start = System.nanoTime();
        String requestId = UUID.randomUUID().toString();
        Exchange exchange = new Exchange(request, requestId);
        ApiResponse response;
        try {
            response = exchange.answer();
        } catch (Exception | LinkageError | AssertionError | StackOverflowError e) {
            response = exchange.refuse(e);
        }
        events.answered(
                new ApiEvents.Answered(
                        exchange.serviceId(),
                        exchange.operationName(),
                        response.status(),
                        System.nanoTime() - start,
                        exchange.errorType));
        return response;
    }

    /// One request on its way; owned by the thread that handles it.
    private final class Exchange {
        private final ApiRequest request;
        private final String requestId;
        private @Nullable Match match;
        private OtherServices.@Nullable Call other;
        private String errorType = "";

        Exchange(ApiRequest request, String requestId) {
            this.request = request;
            this.requestId = requestId;
        }

        ApiResponse answer() {
            if (settings.anyCredentials()) {
                refuseOtherSites(request);
            }
            Optional<SigV4Claim> claim = claimOf(request);
            OtherServices.Call elsewhere =
                    claim.flatMap(signed ->
                                    OtherServices.of(request, signed, router.signingNames()))
                            .orElse(null);
            if (elsewhere != null) {
                other = elsewhere;
                return elsewhere(elsewhere, claim);
            }
            Map<String, List<String>> query = Percent.query(request.rawQuery());
            String signingName = claim.map(SigV4Claim::signingName).orElse(null);
            Match found =
                    router.find(request, query, signingName, ApiDoor.this::isRegistered)
                            .orElse(null);
            match = found;
            if (found != null && claim.isPresent() && !settings.anyCredentials()) {
                requireScope(claim.get(), router.signingNames(found.service()));
            }
            Caller caller =
                    claim.isEmpty() && needsNoSignature(found)
                            ? nobody(request, requestId)
                            : callerOf(request, claim, requestId);
            return switch (found) {
                case null -> throw unknownOperation(request, signingName);
                case Match.Modelled modelled -> modelled(modelled, caller, query);
                case Match.Raw raw -> raw(raw, caller, query);
            };
        }

        /// Signatures for other services are looked at only where something is answered: S3, for
        /// example, signs by rules of its own.
        private ApiResponse elsewhere(OtherServices.Call call, Optional<SigV4Claim> claim) {
            if (!call.asksWhoCalls()) {
                throw call.notThere();
            }
            return OtherServices.identity(callerOf(request, claim, requestId));
        }

        private ApiResponse modelled(
                Match.Modelled found, Caller caller, Map<String, List<String>> query) {
            OperationModel operation = found.operation();
            Registered entry = registered.get(operation.toString());
            if (entry == null) {
                throw new ApiFault(
                        501,
                        "NotImplemented",
                        "NotImplemented: %s %s is not available in this version of Homeport"
                                .formatted(operation.service().id(), operation.name()));
            }
            SdkPojo decoded =
                    decoder.decode(entry.requestBuilder().get(), request, found.labels(), query);
            if (!entry.unsigned()) {
                authorize(found, caller, decoded);
            }
            validator.check(operation, decoded);
            SdkPojo response = entry.handler().call(decoded, request.body(), caller);
            return encoder.encode(operation, response, requestId);
        }

        private ApiResponse raw(Match.Raw found, Caller caller, Map<String, List<String>> query) {
            Map<String, String> parameters = new LinkedHashMap<>();
            query.forEach((name, values) -> parameters.put(name, values.getFirst()));
            parameters.putAll(found.labels());
            authorize(found, caller, new RawRequest(parameters));
            ApiResponse response =
                    found.route().operation().call(Map.copyOf(parameters), request, caller);
            Map<String, List<String>> headers = new HashMap<>(response.headers());
            headers.putIfAbsent("x-amzn-requestid", List.of(requestId));
            headers.putIfAbsent("content-type", List.of(found.service().contentType()));
            return new ApiResponse(response.status(), Map.copyOf(headers), response.body());
        }

        private void authorize(Match found, Caller caller, SdkPojo decoded) {
            ServiceModel service = found.service();
            Optional<String> refusal =
                    authorizer.refusal(
                            caller, service.signingName(), found.operationName(), decoded);
            if (refusal.isPresent()) {
                boolean dataPlane = service.error("ForbiddenException").isPresent();
                String type = dataPlane ? "ForbiddenException" : "AccessDeniedException";
                throw new ApiFault(403, type, refusal.get());
            }
        }

        ApiResponse refuse(Throwable thrown) {
            Match found = match;
            Faults.Rendered rendered;
            if (found != null) {
                rendered = faults.render(found, thrown, requestId);
            } else if (other != null && thrown instanceof ApiFault fault) {
                rendered = OtherServices.refusal(other, fault, requestId);
            } else if (thrown instanceof ApiFault fault) {
                rendered = faults.renderOwn(null, fault, requestId);
            } else {
                rendered = faults.unrouted(thrown, requestId);
            }
            errorType = rendered.type();
            return rendered.response();
        }

        String serviceId() {
            Match found = match;
            return found == null ? "unknown" : found.service().id();
        }

        String operationName() {
            Match found = match;
            return found == null ? "unknown" : found.operationName();
        }
    }

    private boolean needsNoSignature(@Nullable Match found) {
        Registered entry =
                found instanceof Match.Modelled modelled
                        ? registered.get(modelled.operation().toString())
                        : null;
        return entry != null && entry.unsigned();
    }

    private Caller nobody(ApiRequest request, String requestId) {
        return new Caller(
                settings.account(),
                settings.region(),
                new Caller.Principal.ApiUser("", "", false),
                requestId,
                request.sourceIp());
    }

    boolean isRegistered(OperationModel operation) {
        return registered.containsKey(operation.toString())
                || rawRoutes().stream()
                        .anyMatch(route ->
                                route.service() == operation.service()
                                        && route.name().equals(operation.name()));
    }

    ServiceModels models() {
        return models;
    }

    List<Router.RawRoute> rawRoutes() {
        return router.rawRoutes();
    }

    private Optional<SigV4Claim> claimOf(ApiRequest request) {
        try {
            return SigV4Claim.read(request);
        } catch (ApiFault fault) {
            if (settings.anyCredentials()) {
                return Optional.empty();
            }
            throw fault;
        }
    }

    /// Where no signature is asked for, any web page in a browser on this machine could call the
    /// API. Browsers tell by this header (W3C Fetch Metadata), which pages can't set.
    private static void refuseOtherSites(ApiRequest request) {
        String site = request.header("sec-fetch-site");
        if (site != null && !site.equals("none") && !site.equals("same-origin")) {
            throw new ApiFault(
                    403,
                    "AccessDeniedException",
                    "A web page of another site made this request, which any-credentials doesn't"
                            + " allow");
        }
    }

    /// The device ports listen beyond loopback, too, and take signed requests and WebSockets.
    private static void refuseOtherMachines(String sourceIp) {
        boolean loopback;
        try {
            loopback = InetAddress.ofLiteral(sourceIp).isLoopbackAddress();
        } catch (IllegalArgumentException e) {
            loopback = false;
        }
        if (!loopback) {
            throw new ApiFault(
                    403,
                    "AccessDeniedException",
                    "any-credentials takes requests of this machine only, not of "
                            + sourceIp
                            + "; devices with certificates may come from anywhere");
        }
    }

    private static void requireScope(SigV4Claim claim, Set<String> signingNames) {
        if (!signingNames.contains(claim.signingName())) {
            throw new ApiFault(
                    403,
                    "InvalidSignatureException",
                    "Credential should be scoped to correct service: '"
                            + String.join("' or '", signingNames.stream().sorted().toList())
                            + "', not '"
                            + claim.signingName()
                            + "'.");
        }
    }

    private Caller callerOf(ApiRequest request, Optional<SigV4Claim> claim, String requestId) {
        Caller device = request.deviceCaller();
        if (claim.isEmpty() && device != null) {
            return new Caller(
                    device.account(),
                    device.region(),
                    device.principal(),
                    requestId,
                    request.sourceIp());
        }
        String region = claim.map(SigV4Claim::region).orElse(settings.region());
        if (settings.anyCredentials()) {
            refuseOtherMachines(request.sourceIp());
            String key = claim.map(SigV4Claim::accessKeyId).orElse("");
            return new Caller(
                    settings.account(),
                    region,
                    new Caller.Principal.ApiUser("any", key, true),
                    requestId,
                    request.sourceIp());
        }
        if (claim.isEmpty()) {
            throw new ApiFault(
                    403, "MissingAuthenticationTokenException", "Missing Authentication Token");
        }
        CredentialStore.Credential credential = sigV4.verify(request, claim.get());
        return new Caller(
                credential.account(),
                region,
                credential.principal(),
                requestId,
                request.sourceIp());
    }

    private static ApiFault unknownOperation(ApiRequest request, @Nullable String signingName) {
        String target = request.header("x-amz-target");
        String what = target != null ? target : request.method() + " " + request.rawPath();
        String where = signingName == null ? "" : " of the service that signs as " + signingName;
        return new ApiFault(
                404, "UnknownOperationException", "There is no operation " + what + where);
    }
}
