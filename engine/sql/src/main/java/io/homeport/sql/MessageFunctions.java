package io.homeport.sql;

import io.homeport.core.MessageProperties;
import io.homeport.core.UserProperty;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Functions of the message and where it came from. Stateless.
final class MessageFunctions {
    private MessageFunctions() {}

    static void addTo(Functions table) {
        SqlVersion v1 = SqlVersion.V2015_10_08;
        table.contextual("accountid", 0, 0, v1, (_, e) -> text(e.message().account().value()));
        table.contextual("clientid", 0, 0, v1, MessageFunctions::clientid);
        table.contextual("get_mqtt_property", 1, 1, v1, MessageFunctions::mqttProperty);
        table.contextual("get_user_properties", 0, 1, v1, MessageFunctions::userProperties);
        table.contextual("newuuid", 0, 0, v1, MessageFunctions::newuuid);
        table.contextual("principal", 0, 0, v1, (_, e) -> text(e.message().sender().principal()));
        table.contextual(
                "sourceip",
                0,
                0,
                SqlVersion.V2016_03_23,
                (_, e) -> text(e.message().sender().sourceIp()));
        table.contextual("sql_version", 0, 0, v1, (_, e) -> text(e.version().text()));
        table.contextual(
                "timestamp", 0, 0, v1, (_, e) -> Numbers.of(e.message().timestampMillis()));
        table.contextual("topic", 0, 1, v1, MessageFunctions::topic);
        table.contextual("traceid", 0, 0, v1, (_, e) -> text(e.message().sender().traceId()));
    }

    private static Value text(@Nullable String text) {
        return text == null ? Absent.UNDEFINED : new Value.Text(text);
    }

    private static Value clientid(Value[] a, Environment environment) {
        String clientId = environment.message().sender().clientId();
        return new Value.Text(clientId == null ? "n/a" : clientId);
    }

    private static Value newuuid(Value[] a, Environment environment) {
        long high = (environment.random().nextLong() & ~0xF000L) | 0x4000L;
        long low = (environment.random().nextLong() & ~(3L << 62)) | (1L << 63);
        return new Value.Text(new UUID(high, low).toString());
    }

    /// Segments are counted from 1.
    private static Value topic(Value[] a, Environment environment) {
        String topic = environment.message().topic();
        if (a.length == 0) {
            return new Value.Text(topic);
        }
        BigInteger number = Numbers.floor(a[0]);
        if (number == null || number.signum() <= 0) {
            return Absent.UNDEFINED;
        }
        int from = 0;
        for (int left = Numbers.clamp(number, 0, Integer.MAX_VALUE); left > 1; left--) {
            int slash = topic.indexOf('/', from);
            if (slash < 0) {
                return Absent.UNDEFINED;
            }
            from = slash + 1;
        }
        int end = topic.indexOf('/', from);
        return new Value.Text(end < 0 ? topic.substring(from) : topic.substring(from, end));
    }

    private static Value mqttProperty(Value[] a, Environment environment) {
        if (!(a[0] instanceof Value.Text(String name))) {
            return Absent.UNDEFINED;
        }
        MessageProperties properties = environment.message().properties();
        Integer format = properties.payloadFormatIndicator();
        byte[] correlation = properties.correlationData();
        return switch (name) {
            case "content_type" -> text(properties.contentType());
            case "format_indicator" ->
                    text(format != null && format == 1 ? "UTF8_DATA" : "UNSPECIFIED_BYTES");
            case "response_topic" -> text(properties.responseTopic());
            case "correlation_data" ->
                    text(
                            correlation == null
                                    ? null
                                    : Base64.getEncoder().encodeToString(correlation));
            default -> Absent.UNDEFINED;
        };
    }

    private static Value userProperties(Value[] a, Environment environment) {
        List<UserProperty> properties = environment.message().properties().userProperties();
        List<Value> found = new ArrayList<>();
        if (a.length == 0) {
            for (UserProperty property : properties) {
                Fields.Builder pair = new Fields.Builder();
                pair.put(property.name(), new Value.Text(property.value()));
                found.add(new Value.Obj(pair.build()));
            }
            return new Value.Array(found);
        }
        String key = Values.text(a[0], environment);
        for (UserProperty property : properties) {
            if (property.name().equals(key)) {
                found.add(new Value.Text(property.value()));
            }
        }
        return found.isEmpty() ? Absent.UNDEFINED : new Value.Array(found);
    }
}
