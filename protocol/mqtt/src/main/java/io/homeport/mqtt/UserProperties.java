package io.homeport.mqtt;

import io.homeport.core.UserProperty;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// User properties as packets carry them (MQTT 5, 3.3.2.3.7). Where there are many, each thread
/// keeps the bytes of those it encoded last: a message to many receivers has the same list for each
/// of them, and to encode hundreds of strings takes as long as all the rest of it. Stateless but
/// for that.
final class UserProperties {
    /// From how many on they are kept.
    private static final int MANY = 32;

    /// Up to how many bytes.
    private static final int MOST_BYTES = 1 << 20;

    private static final int TYPICAL_BYTES = 64;

    private static final ThreadLocal<@Nullable Encoded> LAST = new ThreadLocal<>();

    private UserProperties() {}

    /// Compared by identity: lists of properties don't change.
    private record Encoded(List<UserProperty> properties, byte[] bytes) {}

    /// Writes them, if there is something to write to.
    ///
    /// @return their size in bytes
    static int write(@Nullable ByteBuf out, List<UserProperty> properties) {
        if (properties.size() < MANY) {
            return encode(out, properties);
        }
        Encoded last = LAST.get();
        if (last == null || last.properties != properties) {
            byte[] bytes = encoded(properties);
            last = new Encoded(properties, bytes);
            LAST.set(bytes.length <= MOST_BYTES ? last : null);
        }
        if (out != null) {
            out.writeBytes(last.bytes);
        }
        return last.bytes.length;
    }

    /// Each string by the JDK's own encoder, which takes a third of the time of netty's and needs
    /// no pass to find the size.
    private static byte[] encoded(List<UserProperty> properties) {
        ByteBuf buffer = Unpooled.buffer(properties.size() * TYPICAL_BYTES);
        for (int i = 0; i < properties.size(); i++) { // without an iterator
            UserProperty property = properties.get(i);
            buffer.writeByte(PropertyId.USER_PROPERTY);
            Wire.binary(buffer, property.name().getBytes(StandardCharsets.UTF_8));
            Wire.binary(buffer, property.value().getBytes(StandardCharsets.UTF_8));
        }
        return ByteBufUtil.getBytes(buffer);
    }

    private static int encode(@Nullable ByteBuf out, List<UserProperty> properties) {
        int size = 0;
        for (int i = 0; i < properties.size(); i++) { // without an iterator
            UserProperty property = properties.get(i);
            if (out != null) {
                out.writeByte(PropertyId.USER_PROPERTY);
            }
            size += 1 + Wire.utf8(out, property.name()) + Wire.utf8(out, property.value());
        }
        return size;
    }
}
