import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeElement;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarFile;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallLocation;
import software.amazon.awssdk.core.protocol.MarshallingKnownType;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;
import software.amazon.awssdk.core.traits.RequiredTrait;
import software.amazon.awssdk.protocols.core.OperationInfo;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Makes the compact service models of `src/main/resources/io/homeport/aws/models`; started by
/// `generate.sh`. It takes from AWS's models what the SDK's classes don't say (routes, constraints,
/// statuses of errors) and from the SDK's classes what AWS's models are too old for (newer
/// operations, newer enum values, newer exceptions).
public final class GenerateModels {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /// Where an AWS model and its SDK package stand. A service without a package has no SDK classes
    /// here: its operations are known and not available.
    private record Source(String model, String id, boolean hasSdk) {}

    private static final List<Source> SOURCES =
            List.of(
                    new Source("iot-2015-05-28", "iot", true),
                    new Source("data-ats.iot-2015-05-28", "iotdataplane", true),
                    new Source("data.jobs.iot-2017-09-29", "iotjobsdataplane", true),
                    new Source("iotevents-2018-07-27", "iotevents", true),
                    new Source("iotevents-data-2018-10-23", "ioteventsdata", true),
                    new Source("iotanalytics-2017-11-27", "iotanalytics", true),
                    new Source("iotsitewise-2019-12-02", "iotsitewise", true),
                    new Source("iottwinmaker-2021-11-29", "iottwinmaker", true),
                    new Source("iotthingsgraph-2018-09-06", "iotthingsgraph", true),
                    new Source("iotfleetwise-2021-06-17", "iotfleetwise", true),
                    new Source("iotwireless-2020-11-22", "iotwireless", true),
                    new Source("greengrass-2017-06-07", "greengrass", true),
                    new Source("greengrassv2-2020-11-30", "greengrassv2", true),
                    new Source("iotsecuretunneling-2018-10-05", "iotsecuretunneling", true),
                    new Source("iotdeviceadvisor-2020-09-18", "iotdeviceadvisor", true),
                    new Source("devices.iot1click-2018-05-14", "iot1clickdevices", true),
                    new Source("projects.iot1click-2018-05-14", "iot1clickprojects", true),
                    new Source("iotfleethub-2020-11-03", "iotfleethub", false),
                    new Source("lambda-2015-03-31", "lambda", true));

    /// Members that AWS's API reference calls required, of the operations that are newer than the
    /// models; the SDK's classes don't tell. Members of the path need no line.
    private static final Map<String, List<String>> REQUIRED =
            Map.ofEntries(
                    Map.entry("AssociateSbomWithPackageVersionRequest", List.of("sbom")),
                    Map.entry("DeleteCommandExecutionRequest", List.of("targetArn")),
                    Map.entry("GetCommandExecutionRequest", List.of("targetArn")),
                    Map.entry("ListPrincipalThingsV2Request", List.of("principal")),
                    Map.entry("UpdateEncryptionConfigurationRequest", List.of("encryptionType")),
                    Map.entry("StartCommandExecutionRequest", List.of("targetArn", "commandArn")),
                    Map.entry(
                            "CreateStateTemplateRequest",
                            List.of("name", "signalCatalogArn", "stateTemplateProperties")),
                    Map.entry("DeleteStateTemplateRequest", List.of("identifier")),
                    Map.entry("GetStateTemplateRequest", List.of("identifier")),
                    Map.entry("UpdateStateTemplateRequest", List.of("identifier")),
                    Map.entry(
                            "CreateComputationModelRequest",
                            List.of(
                                    "computationModelName",
                                    "computationModelConfiguration",
                                    "computationModelDataBinding")),
                    Map.entry(
                            "UpdateComputationModelRequest",
                            List.of(
                                    "computationModelName",
                                    "computationModelConfiguration",
                                    "computationModelDataBinding")),
                    Map.entry("CreateDatasetRequest", List.of("datasetName", "datasetSource")),
                    Map.entry("UpdateDatasetRequest", List.of("datasetName", "datasetSource")),
                    Map.entry("ListDatasetsRequest", List.of("sourceType")),
                    Map.entry(
                            "ListComputationModelDataBindingUsagesRequest",
                            List.of("dataBindingValueFilter")),
                    Map.entry("InvokeAssistantRequest", List.of("message")));

    /// Constraints that AWS has widened since the models were made, by service and shape; as of
    /// botocore 1.43.11.
    private static final Map<String, Map<String, Object>> WIDENED =
            Map.of(
                    "iot.AttributeValue",
                    Map.of("pattern", "[a-zA-Z0-9_.,@/:#=\\[\\]-]*"),
                    "iot.ParameterValue",
                    Map.of("max", 30720),
                    "iotfleetwise.DataDestinationConfigs",
                    Map.of("max", 3),
                    "iotfleetwise.collectionPeriodMs",
                    Map.of("max", 86400000));

    private final Source source;
    private final JsonNode model;
    private final ObjectNode shapes;
    private final Map<String, ObjectNode> operations = new TreeMap<>();
    private final Map<String, ObjectNode> errors = new TreeMap<>();
    private final Map<String, Set<String>> faults = new TreeMap<>();
    private String invalidRequestOfService = "";

    private GenerateModels(Source source, JsonNode model) {
        this.source = source;
        this.model = model;
        this.shapes = (ObjectNode) model.get("shapes");
        widen();
    }

    private void widen() {
        WIDENED.forEach(
                (name, constraints) -> {
                    String prefix = source.id() + ".";
                    if (name.startsWith(prefix)) {
                        ObjectNode shape = (ObjectNode) shapes.get(name.substring(prefix.length()));
                        constraints.forEach(shape::putPOJO);
                    }
                });
    }

    /// Arguments: the jar of `aws-java-sdk-models`, the folder to write to.
    public static void main(String[] arguments) throws Exception {
        Path target = Path.of(arguments[1]);
        Files.createDirectories(target);
        List<String> index = new ArrayList<>();
        try (JarFile jar = new JarFile(arguments[0])) {
            for (Source source : SOURCES) {
                try (InputStream in =
                        jar.getInputStream(
                                jar.getEntry("models/" + source.model() + "-model.json"))) {
                    GenerateModels service = new GenerateModels(source, JSON.readTree(in));
                    service.collect();
                    index.add(service.indexEntry());
                    Files.writeString(target.resolve(source.id() + ".json"), service.shapesFile());
                }
            }
        }
        String joined = String.join(",\n", index);
        Files.writeString(target.resolve("index.json"), "[\n" + joined + "\n]\n");
    }

    private void collect() throws Exception {
        for (Map.Entry<String, JsonNode> entry : model.get("operations").properties()) {
            JsonNode operation = entry.getValue();
            JsonNode http = operation.get("http");
            operations.put(
                    entry.getKey(),
                    operation(
                            http.get("method").asString(),
                            http.get("requestUri").asString(),
                            http.path("responseCode").asInt(200),
                            operation.path("input").path("shape").asString("")));
            Set<String> thrown = new LinkedHashSet<>();
            operation.path("errors").forEach(e -> thrown.add(e.get("shape").asString()));
            faults.put(entry.getKey(), thrown);
        }
        for (Map.Entry<String, JsonNode> entry : shapes.properties()) {
            if (entry.getValue().path("exception").asBoolean(false)) {
                errors.put(entry.getKey(), error(entry.getValue()));
            }
        }
        String invalid = invalidRequest(errors.keySet());
        if (source.hasSdk()) {
            addNewerOperations();
            addNewerErrors();
            addNewerEnumValues();
        }
        invalidRequestOfService = invalid.isEmpty() ? "ValidationException" : invalid;
        faults.forEach(
                (name, thrown) -> {
                    String own = invalidRequest(thrown);
                    if (!own.isEmpty() && !own.equals(invalidRequestOfService)) {
                        operations.get(name).put("invalid", own);
                    }
                });
    }

    /// The name of the error that answers a request which breaks a constraint; empty where there is
    /// none among the given ones.
    private static String invalidRequest(Set<String> names) {
        return List.of("InvalidRequestException", "ValidationException", "BadRequestException")
                .stream()
                .filter(names::contains)
                .findFirst()
                .orElse("");
    }

    private static ObjectNode operation(String method, String uri, int status, String input) {
        ObjectNode node = JSON.createObjectNode();
        node.put("method", method).put("uri", uri);
        if (status != 200) {
            node.put("status", status);
        }
        if (!input.isEmpty()) {
            node.put("input", input);
        }
        return node;
    }

    private static ObjectNode error(JsonNode shape) {
        ObjectNode node = JSON.createObjectNode();
        int fallback = shape.path("fault").asBoolean(false) ? 500 : 400;
        node.put("status", shape.path("error").path("httpStatusCode").asInt(fallback));
        for (String member : shape.path("members").propertyNames()) {
            if (member.equals("Message")) {
                node.put("message", "Message");
            }
        }
        return node;
    }

    // --- what the SDK's classes know and the model doesn't

    private String sdkPackage() {
        return "software.amazon.awssdk.services." + source.id();
    }

    /// Simple names of the classes of a sub-package of the service's SDK.
    private List<String> classes(String subPackage) throws Exception {
        String folder = (sdkPackage() + "." + subPackage).replace('.', '/') + "/";
        URL url = GenerateModels.class.getClassLoader().getResource(folder);
        List<String> names = new ArrayList<>();
        try (JarFile jar = ((JarURLConnection) url.openConnection()).getJarFile()) {
            jar.stream()
                    .map(entry -> entry.getName())
                    .filter(name -> name.startsWith(folder) && name.endsWith(".class"))
                    .map(name -> name.substring(folder.length(), name.length() - 6))
                    .filter(name -> !name.contains("$") && !name.contains("/"))
                    .sorted()
                    .forEach(names::add);
        }
        return names;
    }

    private void addNewerOperations() throws Exception {
        String suffix = "RequestMarshaller";
        Map<String, String> known = new LinkedHashMap<>();
        operations.keySet().forEach(name -> known.put(name.toLowerCase(Locale.ROOT), name));
        Map<String, Set<String>> thrown = thrownByClient();
        for (String marshaller : classes("transform")) {
            if (!marshaller.endsWith(suffix)) {
                continue;
            }
            String name = marshaller.replace(suffix, "");
            String operation = known.remove(name.toLowerCase(Locale.ROOT));
            if (operation != null) {
                if (!operation.equals(name)) {
                    operations.get(operation).put("sdk", name);
                }
                takeLabels(operations.get(operation), bindingOf(marshaller));
                continue;
            }
            OperationInfo info = bindingOf(marshaller);
            Class<?> request = Class.forName(sdkPackage() + ".model." + name + "Request");
            SdkPojo pojo = (SdkPojo) request.getMethod("builder").invoke(null);
            String uri = info.requestUri() == null ? "/" : info.requestUri();
            operations.put(
                    name, operation(info.httpMethod().name(), uri, 200, structure(request, pojo)));
            faults.put(name, thrown.getOrDefault(name, Set.of()));
            System.out.println(source.id() + " " + name + " taken from the SDK");
        }
        for (String name : known.values()) {
            System.out.println(source.id() + " " + name + " isn't in the SDK and is left out");
            operations.remove(name);
            faults.remove(name);
        }
    }

    private OperationInfo bindingOf(String marshaller) throws Exception {
        Field field =
                Class.forName(sdkPackage() + ".transform." + marshaller)
                        .getDeclaredField("SDK_OPERATION_BINDING");
        field.setAccessible(true);
        return (OperationInfo) field.get(null);
    }

    /// Labels in paths are found by the names that the SDK has for them.
    private static void takeLabels(ObjectNode operation, OperationInfo info) {
        String label = "\\{[^}]*}";
        String uri = operation.get("uri").asString();
        String own = info.requestUri() == null ? uri : info.requestUri();
        if (own.replaceAll(label, "{}").equals(uri.replaceAll(label, "{}"))) {
            operation.put("uri", own);
        }
    }

    /// The errors that each method of the service's client declares, by operation.
    private Map<String, Set<String>> thrownByClient() throws Exception {
        Map<String, Set<String>> thrown = new LinkedHashMap<>();
        Class<?> client =
                Class.forName(
                        clientClass()
                                .replace(".class", "")
                                .replace('/', '.')
                                .replace("." + "Default", "."));
        for (Method method : client.getMethods()) {
            if (method.getParameterCount() == 1
                    && method.getParameterTypes()[0].getSimpleName().endsWith("Request")) {
                Set<String> names = new LinkedHashSet<>();
                for (Class<?> type : method.getExceptionTypes()) {
                    names.add(type.getSimpleName());
                }
                String request = method.getParameterTypes()[0].getSimpleName();
                thrown.put(request.substring(0, request.length() - "Request".length()), names);
            }
        }
        return thrown;
    }

    private String clientClass() throws IOException {
        String folder = sdkPackage().replace('.', '/') + "/";
        try (JarFile jar =
                ((JarURLConnection)
                                GenerateModels.class
                                        .getClassLoader()
                                        .getResource(folder)
                                        .openConnection())
                        .getJarFile()) {
            return jar.stream()
                    .map(entry -> entry.getName())
                    .filter(name -> name.matches(folder + "Default[A-Za-z0-9]*Client.class"))
                    .filter(name -> !name.contains("Async"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /// Adds the shape of an SDK class unless the model has it, and returns its name.
    private String structure(Class<?> type, SdkPojo pojo) {
        String name = type.getSimpleName();
        if (shapes.has(name)) {
            return name;
        }
        ObjectNode shape = shapes.putObject(name).put("type", "structure");
        ObjectNode members = shape.putObject("members");
        ArrayNode required = shape.putArray("required");
        Set<String> known = new TreeSet<>(REQUIRED.getOrDefault(name, List.of()));
        for (SdkField<?> field : pojo.sdkFields()) {
            if (field.containsTrait(RequiredTrait.class)
                    || field.location() == MarshallLocation.PATH
                    || known.remove(field.memberName())) {
                required.add(field.memberName());
            }
            String member = shapeOf(field, name + "_" + field.memberName());
            if (!member.isEmpty()) {
                members.putObject(field.memberName()).put("shape", member);
            }
        }
        if (!known.isEmpty()) {
            throw new IllegalStateException(name + " has no members " + known);
        }
        return name;
    }

    /// The shape of a field's values; empty where nothing is known of it. A string or a number
    /// takes the model's shape of its own name, for example `thingName` that of `ThingName`.
    private String shapeOf(SdkField<?> field, String name) {
        MarshallingKnownType type = field.marshallingType().getKnownType();
        if (type == MarshallingKnownType.SDK_POJO) {
            SdkPojo builder = field.constructor().get();
            return structure(builder.getClass().getEnclosingClass(), builder);
        }
        if (type == MarshallingKnownType.LIST) {
            return container(
                    name, "list", "member", field.getTrait(ListTrait.class).memberFieldInfo());
        }
        if (type == MarshallingKnownType.MAP) {
            return container(
                    name, "map", "value", field.getTrait(MapTrait.class).valueFieldInfo());
        }
        String member = field.memberName() == null ? "" : field.memberName();
        String sameName =
                member.isEmpty()
                        ? ""
                        : member.substring(0, 1).toUpperCase(Locale.ROOT) + member.substring(1);
        String expected = type.name().toLowerCase(Locale.ROOT);
        return shapes.path(sameName).path("type").asString("").equals(expected) ? sameName : "";
    }

    private String container(String name, String type, String part, SdkField<?> field) {
        String inner = shapeOf(field, name + "_" + part);
        if (inner.isEmpty()) {
            return "";
        }
        shapes.putObject(name).put("type", type).putObject(part).put("shape", inner);
        return name;
    }

    private void addNewerErrors() throws Exception {
        Map<String, Integer> statuses = statusesOfClient();
        Set<String> names = new TreeSet<>();
        for (String name : classes("model")) {
            Class<?> type = Class.forName(sdkPackage() + ".model." + name);
            if (!RuntimeException.class.isAssignableFrom(type)) {
                continue;
            }
            if (Modifier.isFinal(type.getModifiers())) {
                names.add(name);
            }
        }
        for (String name : names) {
            if (!errors.containsKey(name)) {
                errors.put(
                        name,
                        JSON.createObjectNode().put("status", statuses.getOrDefault(name, 400)));
                System.out.println(source.id() + " " + name + " taken from the SDK");
            }
        }
        for (String name : errors.keySet()) {
            if (!names.contains(name)) {
                System.out.println(source.id() + " " + name + " isn't in the SDK");
            }
        }
    }

    /// The statuses that the client class gives to error codes, read from its bytecode: a call of
    /// `errorCode(name)` is followed by one of `httpStatusCode(Integer.valueOf(status))`.
    private Map<String, Integer> statusesOfClient() throws IOException {
        Map<String, Integer> statuses = new LinkedHashMap<>();
        ClassLoader loader = GenerateModels.class.getClassLoader();
        try (InputStream in = loader.getResourceAsStream(clientClass())) {
            ClassFile.of().parse(in.readAllBytes()).methods().stream()
                    .flatMap(method -> method.code().stream())
                    .forEach(code -> readStatuses(code, statuses));
        }
        return statuses;
    }

    private static void readStatuses(
            Iterable<CodeElement> code, Map<String, Integer> statuses) {
        Object constant = null;
        String errorCode = null;
        for (CodeElement element : code) {
            if (element instanceof ConstantInstruction instruction) {
                constant = instruction.constantValue();
            } else if (element instanceof InvokeInstruction invoke) {
                if (invoke.name().stringValue().equals("errorCode")
                        && constant instanceof String text) {
                    errorCode = text;
                } else if (invoke.name().stringValue().equals("httpStatusCode")
                        && errorCode != null
                        && constant instanceof Integer status) {
                    statuses.put(errorCode, status);
                }
            }
        }
    }

    private void addNewerEnumValues() throws Exception {
        Map<String, String> types = new LinkedHashMap<>();
        classes("model").forEach(name -> types.put(name.toLowerCase(Locale.ROOT), name));
        for (Map.Entry<String, JsonNode> entry : shapes.properties()) {
            if (!entry.getValue().has("enum")) {
                continue;
            }
            String name = types.get(entry.getKey().toLowerCase(Locale.ROOT));
            Class<?> type = name == null ? null : Class.forName(sdkPackage() + ".model." + name);
            if (type == null || !type.isEnum()) {
                System.out.println(source.id() + " enum " + entry.getKey() + " has no SDK class");
                continue;
            }
            ArrayNode values = (ArrayNode) entry.getValue().get("enum");
            Set<String> known = new LinkedHashSet<>();
            values.forEach(value -> known.add(value.asString()));
            for (Object value : type.getEnumConstants()) {
                if (!value.toString().equals("null") && known.add(value.toString())) {
                    values.add(value.toString());
                }
            }
        }
    }

    // --- what is written

    private String indexEntry() {
        JsonNode metadata = model.get("metadata");
        ObjectNode head = JSON.createObjectNode();
        head.put("id", source.id());
        head.put("title", metadata.get("serviceId").asString());
        head.put("protocol", metadata.get("protocol").asString());
        head.put(
                "signingName",
                metadata.path("signingName").asString(metadata.get("endpointPrefix").asString()));
        head.put("invalid", invalidRequestOfService);
        for (String key : List.of("targetPrefix", "jsonVersion")) {
            if (metadata.get("protocol").asString().equals("json")) {
                head.put(key, metadata.get(key).asString());
            }
        }
        String text = head.toString();
        return text.substring(0, text.length() - 1)
                + ",\"operations\":{\n"
                + lines(operations)
                + "\n}}";
    }

    private String shapesFile() {
        Map<String, ObjectNode> kept = new TreeMap<>();
        Set<String> constrained = constrained();
        for (String name : reachable()) {
            if (constrained.contains(name)) {
                kept.put(name, compact(shapes.get(name), constrained));
            }
        }
        return "{\"errors\":{\n" + lines(errors) + "\n},\"shapes\":{\n" + lines(kept) + "\n}}\n";
    }

    private static String lines(Map<String, ObjectNode> nodes) {
        List<String> lines = new ArrayList<>();
        nodes.forEach((name, node) -> lines.add("\"" + name + "\":" + node));
        return String.join(",\n", lines);
    }

    /// The shapes that requests are made of.
    private Set<String> reachable() {
        Set<String> found = new TreeSet<>();
        for (ObjectNode operation : operations.values()) {
            String input = operation.path("input").asString("");
            if (!input.isEmpty()) {
                visit(input, found);
            }
        }
        return found;
    }

    private void visit(String name, Set<String> found) {
        if (!shapes.has(name) || !found.add(name)) {
            return;
        }
        parts(shapes.get(name)).values().forEach(part -> visit(part, found));
    }

    /// What a shape consists of: part to shape name.
    private static Map<String, String> parts(JsonNode shape) {
        Map<String, String> parts = new LinkedHashMap<>();
        for (String part : List.of("member", "key", "value")) {
            if (shape.has(part)) {
                parts.put(part, shape.get(part).get("shape").asString());
            }
        }
        for (Map.Entry<String, JsonNode> member : shape.path("members").properties()) {
            parts.put("." + member.getKey(), member.getValue().get("shape").asString());
        }
        return parts;
    }

    /// The shapes with a constraint of their own or in a part of theirs.
    private Set<String> constrained() {
        Set<String> found = new TreeSet<>();
        boolean changed = true;
        while (changed) {
            changed = false;
            for (Map.Entry<String, JsonNode> entry : shapes.properties()) {
                if (!found.contains(entry.getKey())
                        && (!ownConstraints(entry.getValue()).isEmpty()
                                || parts(entry.getValue()).values().stream()
                                        .anyMatch(found::contains))) {
                    found.add(entry.getKey());
                    changed = true;
                }
            }
        }
        return found;
    }

    private static ObjectNode ownConstraints(JsonNode shape) {
        ObjectNode own = JSON.createObjectNode();
        String type = shape.get("type").asString();
        boolean sized = Set.of("string", "list", "map", "blob").contains(type);
        if (shape.has("min") && !(sized && shape.get("min").asLong() <= 0)) {
            own.set("min", shape.get("min"));
        }
        for (String key : List.of("max", "pattern", "enum")) {
            if (shape.has(key)) {
                own.set(key, shape.get(key));
            }
        }
        if (shape.path("required").size() > 0) {
            own.set("required", shape.get("required"));
        }
        if (shape.path("union").asBoolean(false)) {
            own.put("union", true);
        }
        return own;
    }

    private static ObjectNode compact(JsonNode shape, Set<String> constrained) {
        ObjectNode node = JSON.createObjectNode().put("type", shape.get("type").asString());
        ObjectNode own = ownConstraints(shape);
        node.setAll(own);
        if (shape.path("sensitive").asBoolean(false)) {
            node.put("sensitive", true);
        }
        ObjectNode members = JSON.createObjectNode();
        parts(shape)
                .forEach(
                        (part, name) -> {
                            if (constrained.contains(name)) {
                                if (part.startsWith(".")) {
                                    members.put(part.substring(1), name);
                                } else {
                                    node.put(part, name);
                                }
                            }
                        });
        if (!members.isEmpty()) {
            node.set("members", members);
        }
        return node;
    }
}
