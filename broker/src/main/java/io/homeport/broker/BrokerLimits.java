package io.homeport.broker;

import io.homeport.core.Profile;

/// The broker's limits and deviations as data; nothing else in the broker knows of profiles.
/// Immutable.
///
/// @param maximumPacketBytes largest MQTT packet taken
/// @param maximumPayloadBytes largest payload of a PUBLISH or will; over it the connection ends
///   with 0x95 Packet too large
public record BrokerLimits(
        int maximumPacketBytes,
        int maximumPayloadBytes,
        Names names,
        Subscribing subscribing,
        Retaining retaining,
        Sessions sessions,
        Flow flow,
        Features features,
        Rates rates) {

    /// An interval that never ends (MQTT 5, 3.1.2.11.2).
    public static final long NEVER = 0xFFFFFFFFL;

    /// Lengths of what clients name.
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

    /// @param perPacket topic filters of one SUBSCRIBE or UNSUBSCRIBE; over it the connection ends
    ///   with 0x97
    /// @param perSession filters of one session; over it SUBACK 0x97
    /// @param sharedGroups shared subscription groups of an account; over it SUBACK 0x97
    /// @param retainedPerFilter retained messages sent for one new subscription; what is over is
    ///   dropped and reported
    public record Subscribing(
            int perPacket, int perSession, int sharedGroups, int retainedPerFilter) {}

    /// Retained messages of one account, which are held in memory; over it PUBACK 0x97.
    ///
    /// @param maximumMessages how many there may be
    /// @param maximumBytes of payload
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
    /// @param mailboxMessages QoS 0 messages from other event loops that wait for a connection's
    ///   loop; over it they are dropped and reported
    public record Flow(
            int receiveMaximum,
            long receiveBytes,
            int inflight,
            int topicAliasMaximum,
            int windowMessages,
            long windowBytes,
            int mailboxMessages) {}

    /// @param qos2 QoS 2 is spoken; else MQTT 5 clients get DISCONNECT or CONNACK 0x9B, 3.1.1
    ///   clients are closed
    /// @param subscriptionIdentifiers else DISCONNECT 0xA1
    /// @param wildcardRetained retained messages are sent for filters with wildcards; else only
    ///   where the filter equals the topic
    /// @param hashMatchesParent `a/#` matches `a` (MQTT, 4.7.1.2); AWS IoT: not
    /// @param noMatchingSubscribers PUBACK and PUBREC say 0x10 where nobody got the message
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
            boolean resumesAcrossVersions,
            boolean closesOnUnsupportedTopic,
            boolean assignsVersion3ClientId) {}

    /// Per second, 0 for no limit.
    ///
    /// @param publishesPerConnection inbound; over it QoS 0 is dropped and reported, QoS 1 gets
    ///   0x97 (MQTT 5) or no PUBACK (3.1.1)
    /// @param bytesPerConnection inbound payload; over it the connection is not read from for a
    ///   while
    /// @param connectsPerClientId over it CONNACK 0x97
    /// @param retainedPerTopic retained publishes; over it PUBACK 0x97
    public record Rates(
            int publishesPerConnection,
            int bytesPerConnection,
            int connectsPerClientId,
            int retainedPerTopic) {}

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
                    new Names(65_535, 256, 65_535, 1024, 65_535, 65_535, 256 * KIB),
                    new Subscribing(1000, 10_000, 100_000, 100_000),
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
                    new Flow(1024, 8L * MIB, 1024, 64, 256, MIB, 4096),
                    new Features(true, true, true, true, true, true, false, true),
                    new Rates(0, 0, 0, 0));

    // Quotas of AWS IoT Core's message broker; queue and session bounds are ours.
    private static final BrokerLimits AWS =
            new BrokerLimits(
                    146 * KIB,
                    128 * KIB,
                    new Names(256, 8, 128, 128, 256, 8 * KIB, 8 * KIB),
                    new Subscribing(8, 50, 100, 1),
                    new Retaining(500_000, 256L * MIB),
                    new Sessions(
                            500_000,
                            30,
                            1200,
                            3600,
                            3600,
                            NEVER,
                            1,
                            604_800,
                            100_000,
                            256L * MIB,
                            10_000,
                            32L * MIB),
                    new Flow(100, 8L * MIB, 100, 8, 256, MIB, 4096),
                    new Features(false, false, false, false, false, false, true, true),
                    new Rates(100, 512 * KIB, 1, 1));

    /// With other session limits.
    public BrokerLimits with(Sessions other) {
        return new BrokerLimits(
                maximumPacketBytes,
                maximumPayloadBytes,
                names,
                subscribing,
                retaining,
                other,
                flow,
                features,
                rates);
    }

    /// With other flow limits.
    public BrokerLimits with(Flow other) {
        return new BrokerLimits(
                maximumPacketBytes,
                maximumPayloadBytes,
                names,
                subscribing,
                retaining,
                sessions,
                other,
                features,
                rates);
    }

    /// With other rates.
    public BrokerLimits with(Rates other) {
        return new BrokerLimits(
                maximumPacketBytes,
                maximumPayloadBytes,
                names,
                subscribing,
                retaining,
                sessions,
                flow,
                features,
                other);
    }

    /// With other subscription limits.
    public BrokerLimits with(Subscribing other) {
        return new BrokerLimits(
                maximumPacketBytes,
                maximumPayloadBytes,
                names,
                other,
                retaining,
                sessions,
                flow,
                features,
                rates);
    }
}
