package io.homeport.compat.fault;

import io.homeport.mqtt.Qos;

/// The ways to overload a server whose effect on others is measured; `docs/overload.md` has a line
/// for each.
// The preparations capture nothing.
@SuppressWarnings("ImmutableEnumChecker")
enum Scenario {
    MACHINE_SPINS("none: the attacker counts, the server isn't touched", _ -> Machine.spin()),
    MACHINE_LOOPBACK("none: the attacker floods itself over loopback", _ -> Machine.loopback()),
    FLOOD_NOBODY(
            "4 publishers at QoS 0 as fast as they can, no subscriber",
            target -> PublishAttacks.flood(target, Qos.AT_MOST_ONCE, 0)),
    FLOOD_QOS_0(
            "4 publishers at QoS 0 as fast as they can, one subscriber",
            target -> PublishAttacks.flood(target, Qos.AT_MOST_ONCE, 1)),
    FLOOD_QOS_1("the same at QoS 1", target -> PublishAttacks.flood(target, Qos.AT_LEAST_ONCE, 1)),
    FLOOD_QOS_2("the same at QoS 2", target -> PublishAttacks.flood(target, Qos.EXACTLY_ONCE, 1)),
    DEAF("20 subscribers that don't read, 16 KiB messages at QoS 0", PublishAttacks::deaf),
    SILENT(
            "20 subscribers that acknowledge nothing, 2,000 messages/s at QoS 1",
            PublishAttacks::silent),
    DEAF_STORED(
            "20 persistent sessions that don't read, 500 messages/s at QoS 1",
            PublishAttacks::deafStored),
    RECEIVE_MAXIMUM_1(
            "50 subscribers with Receive Maximum 1, 2,000 messages/s at QoS 1",
            PublishAttacks::receiveMaximumOfOne),
    SHARED_SILENT(
            "200 members of a shared subscription acknowledge nothing, 2,000 messages/s",
            PublishAttacks::sharedSilent),
    USER_PROPERTIES(
            "50 messages/s of 900 user properties each, 20 subscribers",
            PublishAttacks::userProperties),
    TOPIC_ALIASES(
            "a publisher that changes its 64 topic aliases all the time", PublishAttacks::aliases),
    FAN_OUT_QOS_0(
            "2 messages/s at QoS 0 to 9,000 subscribers of one topic",
            target -> SubscribeAttacks.fanOut(target, Qos.AT_MOST_ONCE)),
    FAN_OUT_QOS_1(
            "2 messages/s at QoS 1 to 9,000 subscribers of one topic",
            target -> SubscribeAttacks.fanOut(target, Qos.AT_LEAST_ONCE)),
    WILDCARD_STORM(
            "4 clients subscribe to # eight times a second, over 20,000 retained messages",
            SubscribeAttacks::wildcardStorm),
    SUBSCRIBE_STORM(
            "4 clients subscribe to 1,000 filters and unsubscribe, without end",
            SubscribeAttacks::subscribeStorm),
    DEEP_TOPICS(
            "500 filters of 250 levels with +, 500 publishes/s that visit them all",
            SubscribeAttacks::deepTopics),
    RECONNECTS("4 clients connect and disconnect without end", ConnectAttacks::reconnects),
    REVOKED_CERTIFICATES(
            "TLS connections with a revoked certificate without end", ConnectAttacks::revoked),
    OVERSIZED("CONNECT, then a packet of 256 MiB, without end", ConnectAttacks::oversized),
    MALFORMED("CONNECT, then nonsense, without end", ConnectAttacks::malformed),
    SLOW_PACKETS("100 packets of 16 MiB that come at 50 KiB/s each", ConnectAttacks::slowPackets),
    SILENT_SOCKETS(
            "500 connections to each of 4 ports that send nothing", ConnectAttacks::silentSockets),
    PARTIAL_HELLOS(
            "500 TLS connections that stop in the ClientHello", ConnectAttacks::partialHellos),
    TLS_WITHOUT_CONNECT("TLS connections that send no CONNECT", ConnectAttacks::tlsWithoutConnect),
    HALF_CONNECTS("500 connections that stop in CONNECT", ConnectAttacks::halfConnects),
    HALF_CLOSED("500 connections that end their output after CONNECT", ConnectAttacks::halfClosed),
    SLOW_HEADERS(
            "500 HTTP requests whose headers come byte by byte",
            target -> ConnectAttacks.slowRequests(target, "GET / HTTP/1.1\r\nHost: localhost\r\n")),
    SLOW_UPGRADES(
            "500 WebSocket handshakes whose headers come byte by byte",
            target ->
                    ConnectAttacks.slowRequests(
                            target,
                            """
                            GET /mqtt HTTP/1.1\r
                            Host: localhost\r
                            Upgrade: websocket\r
                            Connection: Upgrade\r
                            """)),
    UNREAD_ANSWERS(
            "50 clients that ask for /metrics and never read", ConnectAttacks::unreadAnswers);

    final String what;
    private final Preparation preparation;

    Scenario(String what, Preparation preparation) {
        this.what = what;
        this.preparation = preparation;
    }

    /// Makes an attack's connections.
    private interface Preparation {
        Attack prepare(AttackTarget target) throws Exception;
    }

    Attack prepare(AttackTarget target) throws Exception {
        return preparation.prepare(target);
    }
}
