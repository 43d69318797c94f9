package io.homeport.aws;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.document.Document;
import software.amazon.awssdk.core.protocol.MarshallLocation;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.MapTrait;
import software.amazon.awssdk.utils.builder.Buildable;

/// Fills the SDK's types with random values that survive a trip over HTTP.
final class RandomPojos {
    private static final int MAXIMUM_DEPTH = 4;
    private static final List<String> TEXTS =
            List.of(
                    "a", "a b", "a/b", "ä€", "😀", "100%", "a+b", "a&b=c", "$aws/x", "\"q\"",
                    "~.-_");

    private final Random random;

    RandomPojos(long seed) {
        this.random = new Random(seed);
    }

    SdkPojo fill(SdkPojo builder) {
        return fill(builder, 0);
    }

    private SdkPojo fill(SdkPojo builder, int depth) {
        for (SdkField<?> field : builder.sdkFields()) {
            boolean always = depth == 0;
            boolean fits =
                    depth < MAXIMUM_DEPTH
                            || switch (field.marshallingType().getKnownType()) {
                                case SDK_POJO, LIST, MAP, DOCUMENT -> false;
                                default -> true;
                            };
            if (fits && (always || random.nextInt(3) > 0)) {
                field.set(builder, value(field, field.location(), depth));
            }
        }
        return (SdkPojo) ((Buildable) builder).build();
    }

    private Object value(SdkField<?> field, MarshallLocation location, int depth) {
        return switch (field.marshallingType().getKnownType()) {
            case STRING -> text(location);
            case INTEGER -> location == MarshallLocation.STATUS_CODE ? 202 : random.nextInt();
            case LONG -> random.nextLong();
            case SHORT -> (short) random.nextInt();
            case BYTE -> (byte) random.nextInt();
            case FLOAT -> random.nextFloat() * 1e6f;
            case DOUBLE -> random.nextGaussian() * 1e9;
            case BIG_DECIMAL -> BigDecimal.valueOf(random.nextLong(), 5);
            case BOOLEAN -> random.nextBoolean();
            case INSTANT -> instant(location);
            case SDK_BYTES -> SdkBytes.fromUtf8String(text(location));
            case SDK_POJO -> fill(field.constructor().get(), depth + 1);
            case LIST -> {
                SdkField<?> element = field.getTrait(ListTrait.class).memberFieldInfo();
                List<Object> list = new ArrayList<>();
                for (int i = random.nextInt(2); i >= 0; i--) {
                    list.add(value(element, location, depth + 1));
                }
                yield list;
            }
            case MAP -> {
                SdkField<?> element = field.getTrait(MapTrait.class).valueFieldInfo();
                Map<String, Object> map = new LinkedHashMap<>();
                for (int i = random.nextInt(3); i >= 0; i--) {
                    map.put(
                            text(MarshallLocation.PAYLOAD) + i,
                            value(element, location, depth + 1));
                }
                yield map;
            }
            case DOCUMENT -> document(depth);
            case NULL -> throw new IllegalStateException(field.memberName());
        };
    }

    private String text(MarshallLocation location) {
        String text = TEXTS.get(random.nextInt(TEXTS.size()));
        boolean plain = location == MarshallLocation.HEADER && !text.matches("[ -~]*");
        return plain ? "plain" : text;
    }

    /// JSON keeps milliseconds, HTTP's dates keep seconds.
    private Instant instant(MarshallLocation location) {
        long seconds = random.nextInt(2_000_000_000);
        int millis = location == MarshallLocation.PAYLOAD ? random.nextInt(1000) : 0;
        return Instant.ofEpochMilli(seconds * 1000 + millis);
    }

    private Document document(int depth) {
        return switch (random.nextInt(depth > 2 ? 3 : 5)) {
            case 0 -> Document.fromString(text(MarshallLocation.PAYLOAD));
            case 1 -> Document.fromBoolean(random.nextBoolean());
            case 2 -> Document.fromNull();
            case 3 -> Document.fromList(List.of(document(depth + 1), document(depth + 1)));
            default -> Document.fromMap(Map.of("k", document(depth + 1)));
        };
    }
}
