package io.homeport.broker;

import io.homeport.core.AccountId;
import io.homeport.core.Message;
import io.homeport.core.MessageProperties;
import io.homeport.core.UserProperty;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A message as it is stored. The account stands in the key or the session; the publisher isn't
/// kept.
final class MessageRow {
    private MessageRow() {}

    static void write(RowWriter out, Message message) {
        MessageProperties properties = message.properties();
        Integer format = properties.payloadFormatIndicator();
        byte[] correlation = properties.correlationData();
        out.text(message.topic())
                .byteOf(message.qos())
                .flag(message.retain())
                .number(message.publishedAtMillis())
                .byteOf(format == null ? 2 : format)
                .optionalNumber(properties.messageExpirySeconds())
                .optionalText(properties.contentType())
                .optionalText(properties.responseTopic())
                .flag(correlation != null);
        if (correlation != null) {
            out.bytes(correlation);
        }
        out.number(properties.userProperties().size());
        for (UserProperty property : properties.userProperties()) {
            out.text(property.name()).text(property.value());
        }
        out.bytes(message.payload());
    }

    static Message read(RowReader in, AccountId account) {
        String topic = in.text();
        int qos = in.byteOf();
        boolean retain = in.flag();
        long publishedAt = in.number();
        int format = in.byteOf();
        Long expiry = in.optionalNumber();
        String contentType = in.optionalText();
        String responseTopic = in.optionalText();
        byte @Nullable [] correlation = in.flag() ? in.bytes() : null;
        int count = (int) in.number();
        List<UserProperty> userProperties = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            userProperties.add(new UserProperty(in.text(), in.text()));
        }
        MessageProperties properties =
                new MessageProperties(
                        format == 2 ? null : Integer.valueOf(format),
                        expiry,
                        contentType,
                        responseTopic,
                        correlation,
                        userProperties);
        return new Message(account, topic, in.bytes(), qos, retain, properties, null, publishedAt);
    }

    static byte[] encode(Message message) {
        RowWriter out = new RowWriter();
        write(out, message);
        return out.toBytes();
    }
}
