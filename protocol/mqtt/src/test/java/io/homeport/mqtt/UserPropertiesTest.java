package io.homeport.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.homeport.core.UserProperty;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// MQTT 5, 2.2.2.2 and 3.3.2.3.7.
class UserPropertiesTest {
    private static List<UserProperty> many(String value) {
        return IntStream.range(0, 100).mapToObj(i -> new UserProperty("n" + i, value)).toList();
    }

    private static String written(List<UserProperty> properties) {
        ByteBuf out = Unpooled.buffer();
        int size = UserProperties.write(null, properties);
        assertThat(UserProperties.write(out, properties)).isEqualTo(size);
        assertThat(out.readableBytes()).isEqualTo(size);
        return ByteBufUtil.hexDump(out);
    }

    private static String expected(List<UserProperty> properties) {
        ByteBuf out = Unpooled.buffer();
        for (UserProperty property : properties) {
            out.writeByte(38);
            for (String text : List.of(property.name(), property.value())) {
                byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                out.writeShort(bytes.length).writeBytes(bytes);
            }
        }
        return ByteBufUtil.hexDump(out);
    }

    @Test
    void manyOfOneMessageAreWrittenTheSameForEachReceiver() {
        List<UserProperty> properties = many("grün");
        assertThat(written(properties)).isEqualTo(expected(properties));
        assertThat(written(properties)).isEqualTo(expected(properties));
    }

    @Test
    void messagesInTurnsHaveTheirOwn() {
        List<UserProperty> some = many("a");
        List<UserProperty> others = many("b");
        assertThat(written(some)).isEqualTo(expected(some));
        assertThat(written(others)).isEqualTo(expected(others));
        assertThat(written(some)).isEqualTo(expected(some));
    }

    @Test
    void whatIsTooLargeToKeepIsWrittenToo() {
        List<UserProperty> properties = many("x".repeat(12_000));
        assertThat(written(properties)).isEqualTo(expected(properties));
    }
}
