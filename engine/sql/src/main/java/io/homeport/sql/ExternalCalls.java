package io.homeport.sql;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Functions that ask from outside. An argument that is Null or Undefined makes them Undefined
/// without a call. Stateless.
final class ExternalCalls {
    static final Function LAMBDA_OF_PAYLOAD =
            new Function(
                    "aws_lambda",
                    2,
                    2,
                    SqlVersion.V2015_10_08,
                    false,
                    true,
                    (a, e) -> lambda(a[0], e.message().payload(), e));

    private ExternalCalls() {}

    static void addTo(Functions table) {
        SqlVersion v1 = SqlVersion.V2015_10_08;
        SqlVersion v2 = SqlVersion.V2016_03_23;
        table.external("aws_lambda", 2, 2, v1, ExternalCalls::lambda);
        table.external("get_dynamodb", 4, 6, v2, ExternalCalls::dynamodb);
        table.external("get_registry_data", 3, 3, v2, ExternalCalls::registryData);
        table.external("get_secret", 3, 4, v2, ExternalCalls::secret);
        table.external("get_thing_shadow", 2, 3, v2, ExternalCalls::thingShadow);
        table.external("machinelearning_predict", 3, 3, v1, ExternalCalls::predict);
    }

    private static Value lambda(Value[] a, Environment environment) {
        if (a[1].isUndefined()) {
            return Absent.UNDEFINED;
        }
        byte[] input = environment.json(a[1], environment.limits().functionBytes());
        return lambda(a[0], input, environment);
    }

    private static Value lambda(Value arn, byte[] input, Environment environment) {
        if (!(arn instanceof Value.Text(String functionArn))) {
            return Absent.UNDEFINED;
        }
        byte[] output = environment.external().lambda(functionArn, input);
        return json(output, "aws_lambda", functionArn, environment);
    }

    private static Value thingShadow(Value[] a, Environment environment) {
        String[] texts = texts(a, environment);
        if (texts == null) {
            return Absent.UNDEFINED;
        }
        String shadowName = texts.length == 3 ? texts[1] : null;
        String roleArn = texts[texts.length - 1];
        byte[] document = environment.external().thingShadow(texts[0], shadowName, roleArn);
        return json(document, "get_thing_shadow", texts[0], environment);
    }

    private static Value dynamodb(Value[] a, Environment environment) {
        String[] texts = texts(a, environment);
        if (texts == null) {
            return Absent.UNDEFINED;
        }
        boolean sorted = a.length == 6;
        Optional<byte[]> item =
                environment
                        .external()
                        .dynamoItem(
                                texts[0],
                                key(texts, a, 1),
                                sorted ? key(texts, a, 3) : null,
                                texts[texts.length - 1]);
        return item.isEmpty()
                ? Absent.UNDEFINED
                : json(item.get(), "get_dynamodb", texts[0], environment);
    }

    private static ExternalFunctions.KeyValue key(String[] texts, Value[] a, int at) {
        return new ExternalFunctions.KeyValue(texts[at], texts[at + 1], a[at + 1].isNumber());
    }

    private static Value registryData(Value[] a, Environment environment) {
        String[] texts = texts(a, environment);
        if (texts == null) {
            return Absent.UNDEFINED;
        }
        byte[] response = environment.external().registryData(texts[0], texts[1], texts[2]);
        return json(response, "get_registry_data", texts[1], environment);
    }

    private static Value secret(Value[] a, Environment environment) {
        String[] texts = texts(a, environment);
        if (texts == null) {
            return Absent.UNDEFINED;
        }
        String id = texts[0];
        String key = texts.length == 4 ? texts[2] : null;
        ExternalFunctions.Secret secret =
                environment.external().secret(id, texts[texts.length - 1]);
        return texts[1].equals("SecretBinary")
                ? binarySecret(id, secret, key)
                : textSecret(id, secret, key);
    }

    private static Value binarySecret(
            String id, ExternalFunctions.Secret secret, @Nullable String key) {
        byte[] binary = secret.binary();
        if (key != null || binary == null) {
            throw new ExternalCallFailed(
                    "get_secret",
                    id,
                    key != null ? "a SecretBinary has no keys" : "it has no SecretBinary");
        }
        return new Value.Text(Base64.getEncoder().encodeToString(binary));
    }

    private static Value textSecret(
            String id, ExternalFunctions.Secret secret, @Nullable String key) {
        String text = secret.text();
        if (text == null) {
            throw new ExternalCallFailed("get_secret", id, "it has no SecretString");
        }
        Value json = JsonReader.read(text.getBytes(StandardCharsets.UTF_8));
        if (key == null) {
            return json instanceof Value.Obj ? json : new Value.Text(text);
        }
        if (!(json instanceof Value.Obj object) || object.get(key).isUndefined()) {
            throw new ExternalCallFailed(
                    "get_secret", id, "its SecretString is no JSON object with the key " + key);
        }
        return object.get(key);
    }

    private static Value predict(Value[] a, Environment environment) {
        String modelId = Values.text(a[0], environment);
        String roleArn = Values.text(a[1], environment);
        if (modelId == null || roleArn == null || !(a[2] instanceof Value.Obj(Fields fields))) {
            return Absent.UNDEFINED;
        }
        Map<String, String> values = new LinkedHashMap<>();
        for (int i = 0; i < fields.size(); i++) {
            String text = Values.text(fields.value(i), environment);
            if (text != null) {
                values.put(fields.key(i), text);
            }
        }
        byte[] prediction = environment.external().predict(modelId, roleArn, values);
        return json(prediction, "machinelearning_predict", modelId, environment);
    }

    /// All arguments as texts; null where one has none.
    private static String @Nullable [] texts(Value[] a, Environment environment) {
        String[] texts = new String[a.length];
        for (int i = 0; i < a.length; i++) {
            String text = Values.text(a[i], environment);
            if (text == null) {
                return null;
            }
            texts[i] = text;
        }
        return texts;
    }

    private static Value json(
            byte[] answer, String function, String resource, Environment environment) {
        environment.checkSize(answer.length);
        Value value = JsonReader.read(answer);
        if (value == null) {
            throw new ExternalCallFailed(function, resource, "the answer isn't JSON");
        }
        return value;
    }
}
