package io.homeport.broker;

import io.homeport.core.Profile;

/// The broker's limits and deviations as data; nothing else in the broker knows of profiles.
/// Immutable.
///
/// @param maximumPacketBytes largest MQTT packet taken
/// @param maximumPayloadBytes largest payload of a PUBLISH or will; over it the connection ends
///   with 0x95 Packet too large
/// @param minimumClientPacketBytes least Maximum Packet Size that an MQTT 5 client may ask for;
///   below it CONNACK 0x97
public record BrokerLimits(
        int maximumPacketBytes,
        int maximumPayloadBytes,
        int minimumClientPacketBytes,
        Names names,
        Subscribing subscribing,
        Retaining retaining,
        Sessions sessions,
        Flow flow,
        Redelivery redelivery,
        Features features,
        Rates rates,
        AccountRates accountRates) {

    /// An interval that never ends (MQTT 5, 3.1.2.11.2).
    public static final long NEVER = 0xFFFFFFFFL;

    /// Lengths of what clients name. Those of a will's properties refuse the CONNECT with the same
    /// code.
    ///
    /// @param topicBytes UTF-8 bytes of a topic or filter, without `$share/{name}/` and a Basic
    ///   Ingest prefix; over it 0x90 or 0x8F
    /// @param topicLevels levels of a topic or filter, counted as above; over it 0x90 or 0x8F
    /// @param clientIdBytes UTF-8 bytes; over it CONNACK 0x85
    /// @param shareNameLength characters; over it SUBACK 0x8F
    /// @param contentTypeBytes UTF-8 bytes; over it PUBACK 0x97
    /// @param correlationDataBytes over it PUBACK 0x97
    /// @param userPropertyBytes UTF-8 bytes of all user properties together; over it PUBACK 0x97
    public record Names(
            int topicBytes,
            int topicLevels,
            int clientIdBytes,
            int shareNameLength,
            int contentTypeBytes,
            int correlationDataBytes,
            int userPropertyBytes) {}

    /// @param perPacket topic filters of one SUBSCRIBE; over it the connection ends with 0x97
    /// @param perSession filters of one session; over it SUBACK 0x97
    /// @param perAccount filters of all sessions of an account; over it SUBACK 0x97
    /// @param sharedGroups shared subscription groups of an account; over it SUBACK 0x97
    /// @param groupMembers subscriptions of one shared group; over it SUBACK 0x97
    /// @param retainedPerFilter retained messages sent for one new subscription; what is over is
    ///   dropped and reported
    public record Subscribing(
            int perPacket,
            int perSession,
            int perAccount,
            int sharedGroups,
            int groupMembers,
            int retainedPerFilter) {}

    /// Retained messages of one account, which are held in memory; over it PUBACK 0x97.
    ///
    /// @param maximumMessages how many there may be
    /// @param maximumBytes of payloads, topics and properties, with what each costs besides; at
    ///   most a quarter of the heap
    public record Retaining(int maximumMessages, long maximumBytes) {}

    /// @param maximumSessions sessions with and without connection; over it CONNACK 0x97
    /// @param keepAliveMinimumSeconds shorter ones are raised to it
    /// @param keepAliveMaximumSeconds longer ones, and none at all, are lowered to it; 0 leaves
    ///   both
    /// @param expiryMaximumSeconds longer session expiry intervals are lowered to it
    /// @param version3ExpirySeconds of a 3.1.1 session with Clean Session 0
    /// @param willDelayMaximumSeconds longer ones are lowered to it
    /// @param messageExpiryMinimumSeconds shorter ones are raised to it
    /// @param messageExpiryMaximumSeconds longer ones are lowered to it; absent stays absent
    /// @param queueMessages messages that wait for one persistent session, those in flight
    ///   included; a new one over it is dropped and reported
    /// @param queueBytes the same in bytes
    /// @param transientQueueMessages as `queueMessages` for sessions that end with their
    ///   connection; their queues are in memory
    /// @param transientQueueBytes the same in bytes
    public record Sessions(
            int maximumSessions,
            int keepAliveMinimumSeconds,
            int keepAliveMaximumSeconds,
            long expiryMaximumSeconds,
            long version3ExpirySeconds,
            long willDelayMaximumSeconds,
            long messageExpiryMinimumSeconds,
            long messageExpiryMaximumSeconds,
            int queueMessages,
            long queueBytes,
            int transientQueueMessages,
            long transientQueueBytes) {}

    /// @param receiveMaximum QoS 1 and 2 publishes that a client may have unacknowledged; MQTT 5
    ///   clients are told, and cut with 0x93 where they send more; 3.1.1 clients are not read from
    ///   until acknowledgements have caught up
    /// @param receiveBytes payload bytes that a client may have unacknowledged before it is not
    ///   read from
    /// @param inflight messages sent and not acknowledged per client, where its own Receive Maximum
    ///   is not lower
    /// @param topicAliasMaximum aliases a client may set, and those set towards a client
    /// @param windowMessages messages of one persistent session's queue held in memory
    /// @param windowBytes the same in bytes, one message at least
    /// @param mailboxMessages QoS 0 messages that wait for a connection's loop or its socket; over
    ///   it they are dropped and reported. Publishers are slowed down from a 32nd on: what has been
    ///   read from their sockets by then has to fit in. A client that takes nothing for {@link
    ///   Crowding#PATIENCE} gets a 32nd
    /// @param mailboxBytes the same in bytes, one message at least
    public record Flow(
            int receiveMaximum,
            long receiveBytes,
            int inflight,
            int topicAliasMaximum,
            int windowMessages,
            long windowBytes,
            int mailboxMessages,
            long mailboxBytes) {}

    /// QoS 1 messages that a connected client doesn't acknowledge.
    ///
    /// @param firstSeconds after which a 3.1.1 client is sent such a message again, with its packet
    ///   id; the time doubles with each repetition. 0 for never. What is held for it is bounded by
    ///   `windowBytes`; what exceeds that is repeated on the next connection only. MQTT 5 forbids
    ///   repetition on a live connection \[MQTT-4.4.0-1\]
    /// @param version3Seconds after which a message is dropped and reported, counted from its first
    ///   delivery on the connection, for 3.1.1; 0 for never
    /// @param version5Seconds the same for MQTT 5
    public record Redelivery(int firstSeconds, int version3Seconds, int version5Seconds) {
        boolean any() {
            return (firstSeconds | version3Seconds | version5Seconds) != 0;
        }
    }

    /// @param qos2 QoS 2 is spoken; else MQTT 5 clients get DISCONNECT or CONNACK 0x9B, 3.1.1
    ///   clients are closed; PUBREC, PUBREL and PUBCOMP end the connection with 0x82
    /// @param subscriptionIdentifiers else DISCONNECT 0xA1
    /// @param wildcardRetained retained messages are sent for filters with wildcards; else only
    ///   where the filter equals the topic
    /// @param hashMatchesParent `a/#` matches `a` (MQTT, 4.7.1.2); AWS IoT: not
    /// @param noMatchingSubscribers PUBACK and PUBREC say 0x10 where nobody got the message
    /// @param noSubscriptionExisted UNSUBACK says 0x11 where there was no subscription; else 0x00
    /// @param duplicateFlag DUP is set where a QoS 1 message is sent again
    /// @param spellsOutDefaults CONNACK has the availability properties that equal MQTT's defaults
    /// @param resumesAcrossVersions a session of 3.1.1 can be resumed with 5 and back
    /// @param closesOnUnsupportedTopic an unsupported `$` topic ends the connection; else MQTT 5
    ///   gets 0x87, and a 3.1.1 publisher is closed for `$aws/` and has other `$` topics
    ///   acknowledged without effect
    /// @param assignsVersion3ClientId a 3.1.1 client with an empty id and Clean Session 1 gets one
    public record Features(
            boolean qos2,
            boolean subscriptionIdentifiers,
            boolean wildcardRetained,
            boolean hashMatchesParent,
            boolean noMatchingSubscribers,
            boolean noSubscriptionExisted,
            boolean duplicateFlag,
            boolean spellsOutDefaults,
            boolean resumesAcrossVersions,
            boolean closesOnUnsupportedTopic,
            boolean assignsVersion3ClientId) {}

    /// Of one connection, client or topic; per second, 0 for no limit.
    ///
    /// @param publishesPerConnection in and out together. Inbound: over it QoS 0 is dropped and
    ///   reported, QoS 1 gets 0x97 (MQTT 5) or no PUBACK (3.1.1). Outbound: QoS 0 is dropped and
    ///   reported, QoS 1 waits. A session without connection takes as many messages into its queue;
    ///   more are dropped and reported
    /// @param bytesPerConnection payload, in and out together; over it the connection isn't read
    ///   from, and nothing is sent, for a while. Of QoS 0 messages one second's worth waits; more
    ///   are dropped and reported
    /// @param storedPerConnection messages of the queue that a client comes back to; the others
    ///   wait, beside what is published meanwhile
    /// @param sharedPerMember messages queued for a shared group, per member that is connected; the
    ///   others wait
    /// @param connectsPerClientId over it CONNACK 0x97 (MQTT 5) or 3
    /// @param retainedPerTopic retained publishes; over it they are dropped and reported, with 0x97
    ///   for QoS 1 of MQTT 5
    public record Rates(
            int publishesPerConnection,
            int bytesPerConnection,
            int storedPerConnection,
            int sharedPerMember,
            int connectsPerClientId,
            int retainedPerTopic) {

        boolean paces() {
            return (publishesPerConnection
                            | bytesPerConnection
                            | storedPerConnection
                            | sharedPerMember)
                    != 0;
        }
    }

    /// Of all clients of an account together, per second; all 0 for no limits.
    ///
    /// @param connects over it CONNACK 0x97 (MQTT 5) or 3
    /// @param inboundPublishes from clients; over it as with `publishesPerConnection`
    /// @param outboundPublishes deliveries that publishes of clients bring; over it the publish
    ///   that would bring more is dropped and answered as above
    /// @param subscriptions filters in SUBSCRIBE; over it SUBACK 0x97
    /// @param queued messages for sessions without connection; over it new ones are dropped and
    ///   reported
    /// @param retained retained publishes from clients; over it as with `retainedPerTopic`
    public record AccountRates(
            int connects,
            int inboundPublishes,
            int outboundPublishes,
            int subscriptions,
            int queued,
            int retained) {

        boolean any() {
            return (connects
                            | inboundPublishes
                            | outboundPublishes
                            | subscriptions
                            | queued
                            | retained)
                    != 0;
        }
    }

    /// The limits of a profile.
    public static BrokerLimits of(Profile profile) {
        return switch (profile) {
            case OPEN -> OPEN;
            case AWS -> AWS;
        };
    }

    private static final int KIB = 1024;
    private static final int MIB = 1024 * KIB;

    private static final BrokerLimits OPEN =
            new BrokerLimits(
                    16 * MIB,
                    16 * MIB,
                    0,
                    new Names(65_535, 256, 65_535, 1024, 65_535, 65_535, 256 * KIB),
                    new Subscribing(1000, 10_000, Integer.MAX_VALUE, 100_000, 100_000, 100_000),
                    new Retaining(1_000_000, 256L * MIB),
                    new Sessions(
                            1_000_000,
                            0,
                            0,
                            NEVER,
                            NEVER,
                            NEVER,
                            0,
                            NEVER,
                            100_000,
                            256L * MIB,
                            10_000,
                            32L * MIB),
                    new Flow(1024, 8L * MIB, 1024, 64, 256, MIB, 65_536, 32L * MIB),
                    new Redelivery(0, 0, 0),
                    new Features(
                            true, true, true, true, true, true, true, false, true, false, true),
                    new Rates(0, 0, 0, 0, 0, 0),
                    new AccountRates(0, 0, 0, 0, 0, 0));

    // Quotas of AWS IoT Core's message broker as its large regions have them; queue bounds and the
    // first repetition are ours. Will Delay isn't among the properties that AWS IoT handles.
    private static final BrokerLimits AWS =
            new BrokerLimits(
                    146 * KIB,
                    128 * KIB,
                    512,
                    new Names(256, 8, 128, 128, 256, 8 * KIB, 8 * KIB),
                    new Subscribing(8, 50, 500_000, 100, 100, 1),
                    new Retaining(500_000, 256L * MIB),
                    new Sessions(
                            500_000,
                            30,
                            1200,
                            3600,
                            3600,
                            0,
                            1,
                            604_800,
                            100_000,
                            256L * MIB,
                            10_000,
                            32L * MIB),
                    new Flow(100, 8L * MIB, 100, 8, 256, MIB, 4096, 8L * MIB),
                    new Redelivery(10, 3600, 960),
                    new Features(
                            false, false, false, false, false, false, false, true, false, true,
                            true),
                    new Rates(100, 512 * KIB, 10, 20, 1, 1),
                    new AccountRates(3000, 20_000, 20_000, 3000, 500, 500));

    /// With other session limits.
    public BrokerLimits with(Sessions other) {
        return new BrokerLimits(
                maximumPacketBytes,
                maximumPayloadBytes,
                minimumClientPacketBytes,
                names,
                subscribing,
                retaining,
                other,
                flow,
                redelivery,
                features,
                rates,
                accountRates);
    }

    /// With other flow limits.
    public BrokerLimits with(Flow other) {
        return new BrokerLimits(
                maximumPacketBytes,
                maximumPayloadBytes,
                minimumClientPacketBytes,
                names,
                subscribing,
                retaining,
                sessions,
                other,
                redelivery,
                features,
                rates,
                accountRates);
    }

    /// With other redelivery.
    public BrokerLimits with(Redelivery other) {
        return new BrokerLimits(
                maximumPacketBytes,
                maximumPayloadBytes,
                minimumClientPacketBytes,
                names,
                subscribing,
                retaining,
                sessions,
                flow,
                other,
                features,
                rates,
                accountRates);
    }

    /// With other rates.
    public BrokerLimits with(Rates other) {
        return new BrokerLimits(
                maximumPacketBytes,
                maximumPayloadBytes,
                minimumClientPacketBytes,
                names,
                subscribing,
                retaining,
                sessions,
                flow,
                redelivery,
                features,
                other,
                accountRates);
    }

    /// With other rates of an account.
    public BrokerLimits with(AccountRates other) {
        return new BrokerLimits(
                maximumPacketBytes,
                maximumPayloadBytes,
                minimumClientPacketBytes,
                names,
                subscribing,
                retaining,
                sessions,
                flow,
                redelivery,
                features,
                rates,
                other);
    }

    /// With other bounds of retained messages.
    public BrokerLimits with(Retaining other) {
        return new BrokerLimits(
                maximumPacketBytes,
                maximumPayloadBytes,
                minimumClientPacketBytes,
                names,
                subscribing,
                other,
                sessions,
                flow,
                redelivery,
                features,
                rates,
                accountRates);
    }

    /// With other subscription limits.
    public BrokerLimits with(Subscribing other) {
        return new BrokerLimits(
                maximumPacketBytes,
                maximumPayloadBytes,
                minimumClientPacketBytes,
                names,
                other,
                retaining,
                sessions,
                flow,
                redelivery,
                features,
                rates,
                accountRates);
    }
}
