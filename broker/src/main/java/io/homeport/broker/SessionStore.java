package io.homeport.broker;

import io.homeport.core.AccountId;
import io.homeport.core.Message;
import io.homeport.core.MessageProperties;
import io.homeport.core.UserProperty;
import io.homeport.mqtt.MqttPacket.RetainHandling;
import io.homeport.mqtt.MqttPacket.Subscription;
import io.homeport.mqtt.Qos;
import io.homeport.storage.Key;
import io.homeport.storage.Store;
import io.homeport.storage.WriteBatch;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// The rows that make sessions and retained messages durable: which there are, and their keys.
/// Stateless but for the store; thread-safe.
///
/// A session has a number of its own (not its client id), so that rows of a session that has ended
/// can never be taken for those of its successor.
///
/// - `b s` session -> {@link SessionRow}
/// - `b u` session, filter -> subscription
/// - `b q` session, ordinal -> queued message, or the mark that its PUBREC came
/// - `b i` session, packet id -> a QoS 2 message was received and not released
/// - `b r` account, topic -> retained message
final class SessionStore {
    static final int MESSAGE = 1;
    static final int PUBREL = 2;

    private static final byte[] SESSIONS = Key.of("b", "s").encoded();
    private static final byte[] SUBSCRIPTIONS = Key.of("b", "u").encoded();
    private static final byte[] QUEUES = Key.of("b", "q").encoded();
    private static final byte[] INBOUND = Key.of("b", "i").encoded();
    private static final byte[] RETAINED = Key.of("b", "r").encoded();

    private final Store store;

    SessionStore(Store store) {
        this.store = store;
    }

    Store store() {
        return store;
    }

    static byte[] sessionKey(long session) {
        return key(SESSIONS, session, 0).array();
    }

    static byte[] subscriptionKey(long session, String filter) {
        byte[] text = filter.getBytes(StandardCharsets.UTF_8);
        return key(SUBSCRIPTIONS, session, text.length).put(text).array();
    }

    static byte[] queueKey(long session, long ordinal) {
        return key(QUEUES, session, 8).putLong(ordinal).array();
    }

    static byte[] inboundKey(long session, int packetId) {
        return key(INBOUND, session, 2).putShort((short) packetId).array();
    }

    static byte[] retainedKey(AccountId account, String topic) {
        return Key.of("b", "r", account.value(), topic).encoded();
    }

    private static ByteBuffer key(byte[] table, long session, int more) {
        return ByteBuffer.allocate(table.length + 8 + more).put(table).putLong(session);
    }

    /// Adds the deletion of everything a session has, but for its messages where they are kept.
    static void deleteSession(WriteBatch batch, long session, boolean keepQueue) {
        batch.delete(sessionKey(session));
        for (byte[] table : List.of(SUBSCRIPTIONS, INBOUND)) {
            batch.deleteRange(key(table, session, 0).array(), key(table, session + 1, 0).array());
        }
        if (!keepQueue) {
            deleteQueue(batch, session);
        }
    }

    static void deleteQueue(WriteBatch batch, long session) {
        batch.deleteRange(key(QUEUES, session, 0).array(), key(QUEUES, session + 1, 0).array());
    }

    static void deleteEverything(WriteBatch batch) {
        for (byte[] table : List.of(SESSIONS, SUBSCRIPTIONS, QUEUES, INBOUND, RETAINED)) {
            batch.deleteRange(table, TableScan.end(table));
        }
    }

    static byte[] encodeSubscription(Subscription subscription, int identifier) {
        return new RowWriter()
                .byteOf(subscription.maximumQos().value())
                .flag(subscription.noLocal())
                .flag(subscription.retainAsPublished())
                .byteOf(subscription.retainHandling().ordinal())
                .number(identifier)
                .toBytes();
    }

    /// @param message the bytes of {@link MessageRow}
    static byte[] encodeQueued(AccountId account, QueuedMessage queued, byte[] message) {
        String group = queued.group;
        RowWriter out =
                new RowWriter()
                        .byteOf(MESSAGE)
                        .byteOf(queued.qos.value())
                        .flag(queued.retain)
                        .optionalText(group);
        if (group != null) {
            // A message of a shared subscription can outlive its session and then needs its
            // account.
            out.text(account.value());
        }
        out.number(queued.subscriptionIdentifiers.length);
        for (int identifier : queued.subscriptionIdentifiers) {
            out.number(identifier);
        }
        return out.raw(message).toBytes();
    }

    static byte[] encodePubRel() {
        return new byte[] {PUBREL};
    }

    static QueuedMessage decodeQueued(AccountId account, long ordinal, byte[] value) {
        RowReader in = new RowReader(value);
        if (in.byteOf() == PUBREL) {
            return QueuedMessage.pubRel(ordinal);
        }
        Qos qos = Qos.of(in.byteOf());
        boolean retain = in.flag();
        String group = in.optionalText();
        AccountId owner = group == null ? account : new AccountId(in.text());
        int[] identifiers = new int[(int) in.number()];
        for (int i = 0; i < identifiers.length; i++) {
            identifiers[i] = (int) in.number();
        }
        Message message = MessageRow.read(in, owner);
        return new QueuedMessage(ordinal, message, qos, retain, identifiers, group);
    }

    /// A page of a session's queue, `from` and `to` included.
    List<QueuedMessage> loadQueue(AccountId account, long session, long from, long to, int limit) {
        return store.scan(queueKey(session, from), queueKey(session, to + 1), limit).stream()
                .map(entry -> decodeQueued(account, lastLong(entry.key()), entry.value()))
                .toList();
    }

    void forEachSession(BiConsumer<Long, SessionRow> consumer) {
        forEach(SESSIONS, (key, value) -> consumer.accept(lastLong(key), SessionRow.decode(value)));
    }

    void forEachSubscription(SubscriptionConsumer consumer) {
        forEach(
                SUBSCRIPTIONS,
                (key, value) -> {
                    ByteBuffer buffer = ByteBuffer.wrap(key).position(SUBSCRIPTIONS.length);
                    long session = buffer.getLong();
                    String filter = StandardCharsets.UTF_8.decode(buffer).toString();
                    RowReader in = new RowReader(value);
                    Subscription subscription =
                            new Subscription(
                                    filter,
                                    Qos.of(in.byteOf()),
                                    in.flag(),
                                    in.flag(),
                                    RetainHandling.values()[in.byteOf()]);
                    consumer.accept(session, subscription, (int) in.number(), key);
                });
    }

    void forEachQueued(QueuedConsumer consumer) {
        forEach(
                QUEUES,
                (key, value) -> {
                    ByteBuffer buffer = ByteBuffer.wrap(key).position(QUEUES.length);
                    consumer.accept(buffer.getLong(), buffer.getLong(), value, key);
                });
    }

    void forEachInbound(InboundConsumer consumer) {
        forEach(
                INBOUND,
                (key, value) -> {
                    ByteBuffer buffer = ByteBuffer.wrap(key).position(INBOUND.length);
                    consumer.accept(buffer.getLong(), buffer.getShort() & 0xFFFF, key);
                });
    }

    /// All retained messages; {@link #decodeRetained} reads the rows.
    TableScan retained() {
        return new TableScan(store, RETAINED);
    }

    static Message decodeRetained(byte[] key, byte[] value) {
        AccountId account = new AccountId(Key.decode(key, RETAINED.length).part(0));
        return MessageRow.read(new RowReader(value), account);
    }

    /// The retained message of a topic as it is stored, or null.
    @Nullable Message getRetained(AccountId account, String topic) {
        byte[] value = store.get(retainedKey(account, topic));
        return value == null ? null : MessageRow.read(new RowReader(value), account);
    }

    private void forEach(byte[] table, BiConsumer<byte[], byte[]> consumer) {
        TableScan scan = new TableScan(store, table);
        while (scan.next(consumer)) {
            // The next page.
        }
    }

    private static long lastLong(byte[] key) {
        return ByteBuffer.wrap(key).getLong(key.length - 8);
    }

    /// Takes a subscription with its row's key.
    interface SubscriptionConsumer {
        void accept(long session, Subscription subscription, int identifier, byte[] key);
    }

    /// Takes a queued message's row.
    interface QueuedConsumer {
        void accept(long session, long ordinal, byte[] value, byte[] key);
    }

    /// Takes a received QoS 2 packet id's row.
    interface InboundConsumer {
        void accept(long session, int packetId, byte[] key);
    }

    /// What a message counts against the limits in bytes: about what it takes in memory.
    static int cost(@Nullable Message message) {
        return message == null
                ? 0
                : message.payload().length
                        + message.topic().length()
                        + cost(message.properties())
                        + QueuedMessage.OVERHEAD;
    }

    private static int cost(MessageProperties properties) {
        if (properties == MessageProperties.NONE) {
            return 0;
        }
        byte[] correlation = properties.correlationData();
        int cost =
                length(properties.contentType())
                        + length(properties.responseTopic())
                        + (correlation == null ? 0 : correlation.length);
        for (UserProperty property : properties.userProperties()) {
            cost += property.name().length() + property.value().length() + QueuedMessage.OVERHEAD;
        }
        return cost;
    }

    private static int length(@Nullable String text) {
        return text == null ? 0 : text.length();
    }
}
