package io.homeport.aws;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;

/// Checks a decoded request against the constraints of its service model and says what is wrong in
/// AWS's words, for example `1 validation error detected: Value 'a b' at 'thingName' failed to
/// satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9:_-]+`.
/// Thread-safe.
final class Validator {
    /// How many violations an answer tells.
    private static final int MAXIMUM_ERRORS = 20;

    /// How much of a value an answer repeats.
    private static final int MAXIMUM_SHOWN = 1024;

    private final PojoPlans plans;

    Validator(PojoPlans plans) {
        this.plans = plans;
    }

    /// @throws ApiFault the operation's error for invalid requests
    void check(OperationModel operation, SdkPojo request) {
        Map<String, Shape> shapes = operation.service().details().shapes();
        Shape shape = shapes.get(operation.inputShape());
        if (shape == null) {
            return;
        }
        Walk walk = new Walk(shapes, new ArrayList<>());
        walk.structure(request, shape, "");
        List<String> errors = walk.errors();
        if (!errors.isEmpty()) {
            String count =
                    errors.size() == 1
                            ? "1 validation error"
                            : errors.size() + " validation errors";
            throw new ApiFault(
                    400,
                    operation.invalidRequest(),
                    count + " detected: " + String.join("; ", errors));
        }
    }

    /// One walk over one request.
    private final class Walk {
        private final Map<String, Shape> shapes;
        private final List<String> errors;

        Walk(Map<String, Shape> shapes, List<String> errors) {
            this.shapes = shapes;
            this.errors = errors;
        }

        List<String> errors() {
            return errors;
        }

        private void add(String shownValue, String path, String constraint) {
            if (errors.size() < MAXIMUM_ERRORS) {
                errors.add(
                        "Value "
                                + shownValue
                                + "at '"
                                + path
                                + "' failed to satisfy constraint: "
                                + constraint);
            }
        }

        private void structure(SdkPojo pojo, Shape shape, String path) {
            Map<String, SdkField<?>> fields = plans.of(pojo).byMember();
            for (String required : shape.required()) {
                SdkField<?> field = fields.get(required);
                if (field != null && PojoPlans.value(field, pojo) == null) {
                    add("null ", join(path, camel(required)), "Member must not be null");
                }
            }
            if (shape.union()) {
                long set =
                        fields.values().stream()
                                .filter(field -> PojoPlans.value(field, pojo) != null)
                                .count();
                if (set > 1) {
                    add("", path, "Only one member of a union may be set, not " + set);
                }
            }
            for (Map.Entry<String, String> member : shape.members().entrySet()) {
                SdkField<?> field = fields.get(member.getKey());
                Object value = field == null ? null : PojoPlans.value(field, pojo);
                Shape memberShape = shapes.get(member.getValue());
                if (value != null && memberShape != null) {
                    value(value, memberShape, join(path, camel(member.getKey())));
                }
            }
        }

        private void value(Object value, Shape shape, String path) {
            for (String constraint : broken(value, shape)) {
                add(shown(value, shape), path, constraint);
            }
            switch (value) {
                case SdkPojo pojo -> structure(pojo, shape, path);
                case List<?> list -> list(list, shape, path);
                case Map<?, ?> map -> map(map, shape, path);
                default -> {}
            }
        }

        private void list(List<?> list, Shape shape, String path) {
            Shape element = shapes.get(String.valueOf(shape.element()));
            if (element == null) {
                return;
            }
            if (isScalar(element)) {
                if (list.stream().anyMatch(child -> isBroken(child, element))) {
                    add(
                            shown(list, element),
                            path,
                            "Member must satisfy constraint: " + all(element));
                }
                return;
            }
            for (int i = 0; i < list.size(); i++) {
                Object child = list.get(i);
                if (child != null) {
                    value(child, element, path + "." + (i + 1) + ".member");
                }
            }
        }

        private void map(Map<?, ?> map, Shape shape, String path) {
            Shape key = shapes.get(String.valueOf(shape.key()));
            if (key != null && map.keySet().stream().anyMatch(child -> isBroken(child, key))) {
                add(shown(map, shape), path, "Map keys must satisfy constraint: " + all(key));
            }
            Shape element = shapes.get(String.valueOf(shape.element()));
            if (element == null) {
                return;
            }
            if (isScalar(element)) {
                if (map.values().stream().anyMatch(child -> isBroken(child, element))) {
                    add(
                            shown(map, shape),
                            path,
                            "Map value must satisfy constraint: " + all(element));
                }
                return;
            }
            map.forEach((name, child) -> {
                if (child != null) {
                    value(child, element, path + "." + name + ".member");
                }
            });
        }
    }

    private static boolean isScalar(Shape shape) {
        return switch (shape.type()) {
            case "structure", "list", "map" -> false;
            default -> true;
        };
    }

    private static boolean isBroken(@Nullable Object value, Shape shape) {
        return value != null && !broken(value, shape).isEmpty();
    }

    /// The constraints of its own, not its parts', that a value breaks.
    private static List<String> broken(Object value, Shape shape) {
        List<String> broken = new ArrayList<>(0);
        BigDecimal measure = measure(value);
        BigDecimal maximum = shape.maximum();
        if (measure != null && maximum != null && measure.compareTo(maximum) > 0) {
            broken.add(maximum(shape, maximum));
        }
        BigDecimal minimum = shape.minimum();
        if (measure != null && minimum != null && measure.compareTo(minimum) < 0) {
            broken.add(minimum(shape, minimum));
        }
        if (value instanceof String text) {
            GuardedPattern pattern = shape.pattern();
            if (pattern != null && !pattern.matches(text)) {
                broken.add(pattern(pattern));
            }
            if (!shape.values().isEmpty() && !shape.values().contains(text)) {
                broken.add(values(shape));
            }
        }
        return broken;
    }

    /// All constraints of a scalar, as AWS lists them for elements of lists and maps.
    private static List<String> all(Shape shape) {
        List<String> all = new ArrayList<>();
        BigDecimal maximum = shape.maximum();
        if (maximum != null) {
            all.add(maximum(shape, maximum));
        }
        BigDecimal minimum = shape.minimum();
        if (minimum != null) {
            all.add(minimum(shape, minimum));
        } else if (maximum != null && !isNumber(shape)) {
            all.add(minimum(shape, BigDecimal.ZERO));
        }
        GuardedPattern pattern = shape.pattern();
        if (pattern != null) {
            all.add(pattern(pattern));
        }
        if (!shape.values().isEmpty()) {
            all.add(values(shape));
        }
        return all;
    }

    private static boolean isNumber(Shape shape) {
        return switch (shape.type()) {
            case "integer", "long", "float", "double" -> true;
            default -> false;
        };
    }

    private static String maximum(Shape shape, BigDecimal limit) {
        return "Member must have "
                + (isNumber(shape) ? "value" : "length")
                + " less than or equal to "
                + limit.toPlainString();
    }

    private static String minimum(Shape shape, BigDecimal limit) {
        return "Member must have "
                + (isNumber(shape) ? "value" : "length")
                + " greater than or equal to "
                + limit.toPlainString();
    }

    private static String pattern(GuardedPattern pattern) {
        return "Member must satisfy regular expression pattern: " + pattern;
    }

    private static String values(Shape shape) {
        return "Member must satisfy enum value set: [" + String.join(", ", shape.values()) + "]";
    }

    /// What a length or a range is compared with; null where the value has neither.
    private static @Nullable BigDecimal measure(Object value) {
        return switch (value) {
            case String text -> BigDecimal.valueOf(text.codePointCount(0, text.length()));
            case SdkBytes bytes -> BigDecimal.valueOf(bytes.asByteArrayUnsafe().length);
            case List<?> list -> BigDecimal.valueOf(list.size());
            case Map<?, ?> map -> BigDecimal.valueOf(map.size());
            case Integer number -> BigDecimal.valueOf(number);
            case Long number -> BigDecimal.valueOf(number);
            case Double number -> Double.isFinite(number) ? BigDecimal.valueOf(number) : null;
            case Float number -> Float.isFinite(number) ? BigDecimal.valueOf(number) : null;
            default -> null;
        };
    }

    private static String shown(Object value, Shape shape) {
        if (shape.sensitive() || value instanceof SdkBytes) {
            return "";
        }
        String text = value.toString();
        return text.length() <= MAXIMUM_SHOWN
                ? "'" + text + "' "
                : "'" + text.substring(0, MAXIMUM_SHOWN) + "...' ";
    }

    private static String join(String path, String member) {
        return path.isEmpty() ? member : path + "." + member;
    }

    /// AWS's messages start members with a small letter where the model doesn't.
    private static String camel(String member) {
        return member.substring(0, 1).toLowerCase(Locale.ROOT) + member.substring(1);
    }
}
