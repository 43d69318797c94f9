package io.homeport.broker;

import io.homeport.mqtt.MqttPacket;
import java.util.HashSet;
import java.util.Set;

/// An authorization that allows everything but what a test denies. Used by one thread.
final class Allowing implements Authorization {
    private final Set<String> denied = new HashSet<>();

    Allowing denyConnect() {
        denied.add("connect");
        return this;
    }

    Allowing denyPublish(String topic) {
        denied.add("publish to " + topic);
        return this;
    }

    Allowing denySubscribe(String filter) {
        denied.add("subscribe to " + filter);
        return this;
    }

    Allowing denyReceive(String topic) {
        denied.add("receive of " + topic);
        return this;
    }

    private Verdict judge(String what) {
        return denied.contains(what) ? Verdict.denied(what + " is denied") : Verdict.ALLOWED;
    }

    @Override
    public Verdict connect(MqttPacket.Connect connect) {
        return judge("connect");
    }

    @Override
    public Verdict publish(String topic, boolean retain) {
        return judge("publish to " + topic);
    }

    @Override
    public Verdict subscribe(String topicFilter) {
        return judge("subscribe to " + topicFilter);
    }

    @Override
    public Verdict receive(String topic) {
        return judge("receive of " + topic);
    }
}
