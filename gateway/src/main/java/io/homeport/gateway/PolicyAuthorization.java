package io.homeport.gateway;

import io.homeport.broker.Authorization;
import io.homeport.core.Clock;
import io.homeport.mqtt.MqttPacket;
import io.homeport.policy.Decision;
import io.homeport.policy.PolicyContext;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What AWS IoT policies let one connection do. Thread-safe: its event loop asks, but a will is
/// judged by whoever ends the connection or the session.
///
/// Decisions are kept per action and resource until {@link DeviceDirectory#version} grows. A
/// decision that read the time is never kept.
final class PolicyAuthorization implements Authorization {
    private static final int CACHED_PER_ACTION = 256;

    private final DeviceDirectory directory;
    private DeviceIdentity identity;
    private final Peer peer;
    private final Clock clock;
    private final Context context = new Context();
    private String clientId;
    private MqttPacket.@Nullable Connect connect;
    private long version;
    private DeviceDirectory.Rights rights;
    private volatile @Nullable Latest latestPublish;
    private volatile @Nullable Latest latestReceive;
    private @Nullable Map<String, Verdict> publishes;
    private @Nullable Map<String, Verdict> retains;
    private @Nullable Map<String, Verdict> subscribes;
    private @Nullable Map<String, Verdict> receives;

    PolicyAuthorization(
            DeviceDirectory directory,
            DeviceIdentity identity,
            Peer peer,
            Clock clock,
            String clientId) {
        this.directory = directory;
        this.identity = identity;
        this.peer = peer;
        this.clock = clock;
        this.clientId = clientId;
        this.version = directory.version();
        this.rights = directory.rights(identity, clientId);
    }

    /// The rights as last asked for.
    DeviceDirectory.Rights rights() {
        return rights;
    }

    @Override
    public synchronized Verdict connect(MqttPacket.Connect packet) {
        connect = packet;
        if (!packet.clientId().equals(clientId)) {
            clientId = packet.clientId();
            version = -1;
        }
        refresh();
        return decide("iot:Connect", "client/" + clientId);
    }

    /// The client has other rights from now on.
    ///
    /// @return false where that would make another client of it, which can't be
    synchronized boolean become(DeviceIdentity refreshed) {
        if (!refreshed.isSameClient(identity)) {
            return false;
        }
        identity = refreshed;
        version = -1;
        latestPublish = null;
        latestReceive = null;
        refresh();
        return true;
    }

    /// A decision that was just made, found without taking the lock or looking the topic up: the
    /// decoder and the matches give the same String for a topic again and again.
    private record Latest(String topic, long version, Verdict verdict) {
        boolean isFor(String asked, long now) {
            return topic == asked && version == now;
        }
    }

    @Override
    public Verdict publish(String topic, boolean retain) {
        Latest latest = latestPublish;
        if (!retain && latest != null && latest.isFor(topic, directory.version())) {
            return latest.verdict;
        }
        return decidePublish(topic, retain);
    }

    private synchronized Verdict decidePublish(String topic, boolean retain) {
        refresh();
        if (publishes == null) {
            publishes = new HashMap<>();
        }
        Verdict verdict = cached(publishes, "iot:Publish", "topic/", topic);
        latestPublish = latest(publishes, topic, verdict);
        if (!retain || !verdict.allowed()) {
            return verdict;
        }
        if (retains == null) {
            retains = new HashMap<>();
        }
        return cached(retains, "iot:RetainPublish", "topic/", topic);
    }

    @Override
    public synchronized Verdict subscribe(String topicFilter) {
        refresh();
        if (subscribes == null) {
            subscribes = new HashMap<>();
        }
        return cached(subscribes, "iot:Subscribe", "topicfilter/", topicFilter);
    }

    @Override
    public Verdict receive(String topic) {
        Latest latest = latestReceive;
        if (latest != null && latest.isFor(topic, directory.version())) {
            return latest.verdict;
        }
        return decideReceive(topic);
    }

    private synchronized Verdict decideReceive(String topic) {
        refresh();
        if (receives == null) {
            receives = new HashMap<>();
        }
        Verdict verdict = cached(receives, "iot:Receive", "topic/", topic);
        latestReceive = latest(receives, topic, verdict);
        return verdict;
    }

    /// Null where the decision isn't to be kept.
    private @Nullable Latest latest(Map<String, Verdict> cache, String topic, Verdict verdict) {
        return cache.containsKey(topic) ? new Latest(topic, version, verdict) : null;
    }

    private void refresh() {
        long now = directory.version();
        if (now == version) {
            return;
        }
        rights = directory.rights(identity, clientId);
        version = now;
        latestPublish = null;
        latestReceive = null;
        publishes = null;
        retains = null;
        subscribes = null;
        receives = null;
    }

    private Verdict cached(Map<String, Verdict> cache, String action, String type, String name) {
        Verdict known = cache.get(name);
        if (known != null) {
            return known;
        }
        context.readTime = false;
        Verdict verdict = decide(action, type + name);
        if (!context.readTime) {
            if (cache.size() >= CACHED_PER_ACTION) {
                cache.clear();
            }
            cache.put(name, verdict);
        }
        return verdict;
    }

    private Verdict decide(String action, String resource) {
        Decision decision = rights.policies().decide(action, arn(resource), context);
        return decision.allowed() ? Verdict.ALLOWED : Verdict.denied(decision.reason());
    }

    private String arn(String resource) {
        return "arn:aws:iot:" + identity.region() + ":" + identity.account() + ":" + resource;
    }

    /// The connection's own variables before those of certificate and thing.
    private final class Context implements PolicyContext {
        private boolean readTime;

        @Override
        public List<String> values(String name) {
            return switch (name.toLowerCase(Locale.ROOT)) {
                case "iot:clientid" -> List.of(clientId);
                case "aws:sourceip" -> List.of(peer.sourceIp());
                case "iot:domainname" ->
                        peer.serverName() == null ? List.of() : List.of(peer.serverName());
                case "iot:connectattributes" -> connectAttributes();
                case "iot:lastwilltopic" -> lastWillTopic();
                case "aws:currenttime" -> {
                    readTime = true;
                    yield List.of(clock.now().truncatedTo(ChronoUnit.SECONDS).toString());
                }
                case "aws:epochtime" -> {
                    readTime = true;
                    yield List.of(
                            Long.toString(Instant.ofEpochMilli(clock.millis()).getEpochSecond()));
                }
                default -> rights.context().values(name);
            };
        }

        private List<String> connectAttributes() {
            if (connect == null) {
                return List.of();
            }
            Long expiry = connect.properties().sessionExpirySeconds();
            boolean persistent =
                    switch (connect.version()) {
                        case MQTT_3_1_1 -> !connect.cleanStart();
                        case MQTT_5 -> expiry != null && expiry > 0;
                    };
            if (connect.will() == null) {
                return persistent ? List.of("PersistentConnect") : List.of();
            }
            return persistent ? List.of("PersistentConnect", "LastWill") : List.of("LastWill");
        }

        private List<String> lastWillTopic() {
            if (connect == null || connect.will() == null) {
                return List.of();
            }
            return List.of(arn("topic/" + connect.will().topic()));
        }
    }
}
