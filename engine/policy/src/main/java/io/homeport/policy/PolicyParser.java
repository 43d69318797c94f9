package io.homeport.policy;

import io.homeport.policy.PolicyStatement.Condition;
import io.homeport.policy.PolicyStatement.Effect;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;

/// Reads a document token by token, so that every mistake has its line and column. Owned by one
/// call.
///
/// The grammar is IAM's for identity policies (IAM User Guide, "Grammar of the IAM JSON policy
/// language"). Stricter than IAM, because it would be a policy that silently doesn't do what it
/// says: variables in a document whose `Version` isn't 2012-10-17 (IAM takes them as plain text),
/// and values that aren't of their operator's type.
final class PolicyParser {
    private static final JsonFactory FACTORY = new JsonFactory();
    private static final String VERSION = "2012-10-17";
    private static final String OLD_VERSION = "2008-10-17";
    private static final List<String> ELEMENTS = List.of("Version", "Id", "Statement");
    private static final List<String> STATEMENT_ELEMENTS =
            List.of("Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition");
    private static final Set<String> PRINCIPALS = Set.of("Principal", "NotPrincipal");

    private final String json;
    private final JsonParser tokens;
    private final List<CompiledStatement> statements = new ArrayList<>();
    private @Nullable String version;
    private @Nullable Text firstVariable;

    private PolicyParser(String json, JsonParser tokens) {
        this.json = json;
        this.tokens = tokens;
    }

    static PolicyDocument parse(String json) {
        if (json.length() > PolicyDocument.MAXIMUM_LENGTH) {
            throw new PolicySyntaxException(
                    "the document has "
                            + json.length()
                            + " characters, and the most is "
                            + PolicyDocument.MAXIMUM_LENGTH);
        }
        try (JsonParser tokens = FACTORY.createParser(ObjectReadContext.empty(), json)) {
            return new PolicyParser(json, tokens).document();
        } catch (JacksonException e) {
            TokenStreamLocation location = e.getLocation();
            String where = location == null ? "" : Place.of(location) + ": ";
            throw new PolicySyntaxException(
                    where + "not JSON: " + Texts.shorten(plain(e.getOriginalMessage())));
        }
    }

    /// Jackson's message without its own way to say where: {@link Place} says that better.
    private static String plain(String message) {
        int source = message.indexOf("[Source: ");
        int open = source < 0 ? -1 : message.lastIndexOf('(', source);
        return open < 0 ? message : message.substring(0, open).strip();
    }

    private PolicyDocument document() {
        if (tokens.nextToken() != JsonToken.START_OBJECT) {
            throw new PolicySyntaxException(
                    tokens.currentToken() == null
                            ? "line 1, column 1: the document is empty"
                            : here() + ": a policy is a JSON object, not " + kind());
        }
        Map<String, Place> seen = new HashMap<>();
        while (tokens.nextToken() != JsonToken.END_OBJECT) {
            String name = element(seen, ELEMENTS, "a policy");
            tokens.nextToken();
            switch (name) {
                case "Version" -> version = version();
                case "Id" -> text("Id");
                default -> statements();
            }
        }
        Place end = here();
        if (!seen.containsKey("Statement")) {
            throw error(end, "the policy has no Statement");
        }
        if (firstVariable != null && !VERSION.equals(version)) {
            throw error(
                    firstVariable.place(),
                    "variables such as those of "
                            + Texts.quote(firstVariable.text())
                            + " need \"Version\": \""
                            + VERSION
                            + "\"");
        }
        if (tokens.nextToken() != null) {
            throw error(here(), "there is " + kind() + " after the end of the policy");
        }
        return new PolicyDocument(json, minifiedLength(json), statements);
    }

    private String version() {
        Text given = text("Version");
        if (!given.text().equals(VERSION) && !given.text().equals(OLD_VERSION)) {
            throw error(
                    given.place(),
                    "Version must be \"" + VERSION + "\", not " + Texts.quote(given.text()));
        }
        return given.text();
    }

    private void statements() {
        if (tokens.currentToken() == JsonToken.START_OBJECT) {
            statements.add(statement());
            return;
        }
        Place place = here();
        if (tokens.currentToken() != JsonToken.START_ARRAY) {
            throw error(place, "Statement must be an object or an array of objects, not " + kind());
        }
        while (tokens.nextToken() != JsonToken.END_ARRAY) {
            if (tokens.currentToken() != JsonToken.START_OBJECT) {
                throw error(here(), "a statement must be an object, not " + kind());
            }
            statements.add(statement());
        }
        if (statements.isEmpty()) {
            throw error(place, "Statement must have at least one statement");
        }
    }

    private CompiledStatement statement() {
        Place place = here();
        Map<String, Place> seen = new HashMap<>();
        Map<String, Text> single = new HashMap<>();
        Map<String, List<Text>> lists = new HashMap<>();
        List<CompiledCondition> conditions = new ArrayList<>();
        while (tokens.nextToken() != JsonToken.END_OBJECT) {
            String name = element(seen, STATEMENT_ELEMENTS, "a statement");
            tokens.nextToken();
            switch (name) {
                case "Sid", "Effect" -> single.put(name, text(name));
                case "Condition" -> conditions(conditions);
                default -> lists.put(name, texts(name));
            }
        }
        Effect effect = effect(single.get("Effect"), place);
        boolean notAction = isNegated("Action", seen, place);
        boolean notResource = isNegated("Resource", seen, place);
        List<Text> actions = lists.getOrDefault(notAction ? "NotAction" : "Action", List.of());
        List<Text> resources =
                lists.getOrDefault(notResource ? "NotResource" : "Resource", List.of());
        PolicyStatement source =
                new PolicyStatement(
                        Optional.ofNullable(single.get("Sid")).map(Text::text),
                        effect,
                        notAction,
                        actions.stream().map(Text::text).toList(),
                        notResource,
                        resources.stream().map(Text::text).toList(),
                        conditions.stream().map(CompiledCondition::source).toList());
        return new CompiledStatement(
                source,
                compile(
                        actions,
                        notAction ? "NotAction" : "Action",
                        text -> ActionPattern.compile(text.text())),
                compile(resources, notResource ? "NotResource" : "Resource", this::resource),
                conditions);
    }

    private ArnPattern resource(Text resource) {
        ArnPattern pattern = ArnPattern.compile(resource.text(), false);
        noteVariables(resource);
        return pattern;
    }

    private Effect effect(@Nullable Text given, Place statement) {
        if (given == null) {
            throw error(statement, "statement " + statements.size() + " has no Effect");
        }
        return switch (given.text()) {
            case "Allow" -> Effect.ALLOW;
            case "Deny" -> Effect.DENY;
            default ->
                    throw error(
                            given.place(),
                            "Effect must be \"Allow\" or \"Deny\", not "
                                    + Texts.quote(given.text()));
        };
    }

    /// Whether the `Not` form of an element is there; exactly one of the two must be.
    private boolean isNegated(String name, Map<String, Place> seen, Place statement) {
        String not = "Not" + name;
        if (!seen.containsKey(name) && !seen.containsKey(not)) {
            throw error(
                    statement,
                    "statement " + statements.size() + " has neither " + name + " nor " + not);
        }
        if (seen.containsKey(name) && seen.containsKey(not)) {
            throw error(
                    statement,
                    "statement " + statements.size() + " has both " + name + " and " + not);
        }
        return seen.containsKey(not);
    }

    private void conditions(List<CompiledCondition> conditions) {
        requireObject("Condition must be an object of operators, not ");
        Set<String> operators = new HashSet<>();
        while (tokens.nextToken() != JsonToken.END_OBJECT) {
            Text operator = new Text(tokens.currentName(), here());
            attempt(operator.place(), "", () -> CompiledCondition.operator(operator.text()));
            if (!operators.add(operator.text())) {
                throw error(operator.place(), "duplicate operator " + operator.text());
            }
            tokens.nextToken();
            requireObject(operator.text() + " must be an object of keys and values, not ");
            Set<String> keys = new HashSet<>();
            while (tokens.nextToken() != JsonToken.END_OBJECT) {
                Text key = new Text(tokens.currentName(), here());
                if (key.text().isBlank()) {
                    throw error(key.place(), "a condition key must not be empty");
                }
                if (!keys.add(key.text())) {
                    throw error(key.place(), "duplicate condition key " + Texts.quote(key.text()));
                }
                tokens.nextToken();
                conditions.add(condition(operator.text(), key.text()));
            }
        }
    }

    private CompiledCondition condition(String operator, String key) {
        List<Text> values = values(operator);
        for (Text value : values) {
            attempt(
                    value.place(),
                    operator + " ",
                    () ->
                            CompiledCondition.compile(
                                    new Condition(operator, key, List.of(value.text()))));
            noteVariables(value);
        }
        return CompiledCondition.compile(
                new Condition(operator, key, values.stream().map(Text::text).toList()));
    }

    /// The values of a condition; an empty array is legal, and means that none matches.
    private List<Text> values(String operator) {
        if (isScalar()) {
            return List.of(new Text(tokens.getString(), here()));
        }
        if (tokens.currentToken() != JsonToken.START_ARRAY) {
            throw error(
                    here(),
                    "a value of "
                            + operator
                            + " must be a string, number, boolean or an array of them, not "
                            + kind());
        }
        List<Text> values = new ArrayList<>();
        while (tokens.nextToken() != JsonToken.END_ARRAY) {
            if (!isScalar()) {
                throw error(
                        here(),
                        "a value of "
                                + operator
                                + " must be a string, number or boolean, not "
                                + kind());
            }
            values.add(new Text(tokens.getString(), here()));
        }
        return values;
    }

    private boolean isScalar() {
        JsonToken token = tokens.currentToken();
        return token == JsonToken.VALUE_STRING
                || token == JsonToken.VALUE_TRUE
                || token == JsonToken.VALUE_FALSE
                || token == JsonToken.VALUE_NUMBER_INT
                || token == JsonToken.VALUE_NUMBER_FLOAT;
    }

    private Text text(String element) {
        if (tokens.currentToken() != JsonToken.VALUE_STRING) {
            throw error(here(), element + " must be a string, not " + kind());
        }
        return new Text(tokens.getString(), here());
    }

    private List<Text> texts(String element) {
        if (tokens.currentToken() == JsonToken.VALUE_STRING) {
            return List.of(text(element));
        }
        Place place = here();
        if (tokens.currentToken() != JsonToken.START_ARRAY) {
            throw error(place, element + " must be a string or an array of strings, not " + kind());
        }
        List<Text> texts = new ArrayList<>();
        while (tokens.nextToken() != JsonToken.END_ARRAY) {
            if (tokens.currentToken() != JsonToken.VALUE_STRING) {
                throw error(here(), element + " must have strings, not " + kind());
            }
            texts.add(text(element));
        }
        if (texts.isEmpty()) {
            throw error(place, element + " must not be empty");
        }
        return texts;
    }

    private void requireObject(String message) {
        if (tokens.currentToken() != JsonToken.START_OBJECT) {
            throw error(here(), message + kind());
        }
    }

    /// The name of the element that begins here.
    private String element(Map<String, Place> seen, List<String> known, String owner) {
        String name = tokens.currentName();
        Place place = here();
        if (PRINCIPALS.contains(name)) {
            throw error(
                    place,
                    name + " is not allowed here: the policy holds for what it is attached to");
        }
        if (!known.contains(name)) {
            String nearest = Names.nearest(name, known);
            throw error(
                    place,
                    "unknown element "
                            + Texts.quote(name)
                            + (nearest.isEmpty()
                                    ? "; " + owner + " has " + String.join(", ", known)
                                    : "; did you mean \"" + nearest + "\"?"));
        }
        Place first = seen.putIfAbsent(name, place);
        if (first != null) {
            throw error(place, "duplicate element " + name + ", first at " + first);
        }
        return name;
    }

    private void noteVariables(Text text) {
        if (firstVariable == null && text.text().contains("${")) {
            firstVariable = text;
        }
    }

    private static <T> List<T> compile(
            List<Text> texts, String element, Function<Text, T> compiler) {
        List<T> compiled = new ArrayList<>();
        for (Text text : texts) {
            compiled.add(attempt(text.place(), element + " ", () -> compiler.apply(text)));
        }
        return compiled;
    }

    private static <T> T attempt(Place place, String prefix, Supplier<T> work) {
        try {
            return work.get();
        } catch (IllegalArgumentException e) {
            throw error(place, prefix + e.getMessage());
        }
    }

    private Place here() {
        return Place.of(tokens.currentTokenLocation());
    }

    private static PolicySyntaxException error(Place place, String message) {
        return new PolicySyntaxException(place + ": " + message);
    }

    /// What the current token is, for messages.
    private String kind() {
        JsonToken token = tokens.currentToken();
        if (token == null) {
            return "the end of the document";
        }
        return switch (token) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            case VALUE_STRING -> "the string " + Texts.quote(tokens.getString());
            case VALUE_NULL -> "null";
            case VALUE_TRUE, VALUE_FALSE, VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT ->
                    Texts.shorten(tokens.getString());
            default -> "\"" + Texts.shorten(String.valueOf(tokens.getString())) + "\"";
        };
    }

    /// Counts what isn't whitespace, and whitespace within strings. The document is known to be
    /// JSON.
    private static int minifiedLength(String json) {
        int length = 0;
        boolean quoted = false;
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            boolean whitespace = c == ' ' || c == '\t' || c == '\n' || c == '\r';
            if (quoted || !whitespace) {
                length++;
            }
            if (quoted && c == '\\') {
                length++;
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (i > 0
                    && Character.isLowSurrogate(c)
                    && Character.isHighSurrogate(json.charAt(i - 1))) {
                length--;
            }
        }
        return length;
    }

    /// Where a token begins; both count from 1.
    private record Place(int line, int column) {
        static Place of(TokenStreamLocation location) {
            return new Place(location.getLineNr(), location.getColumnNr());
        }

        @Override
        public String toString() {
            return "line " + line + ", column " + column;
        }
    }

    private record Text(String text, Place place) {}
}
