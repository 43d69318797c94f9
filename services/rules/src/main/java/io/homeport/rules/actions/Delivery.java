package io.homeport.rules.actions;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// One decided action for one message: a row of the outbox. Immutable; stored as JSON.
///
/// @param account the rule's
/// @param region the rule's
/// @param action its place among the rule's actions; {@link #ERROR_ACTION} for the error action
/// @param type {@link ActionType#name}
/// @param resource as {@link ActionPlan.Decision#resource}
/// @param payload null where it is the origin's payload, which is then kept once
/// @param isJson whether the payload is JSON
/// @param decidedAtMillis {@link io.homeport.core.Clock} time
public record Delivery(
        String account,
        String region,
        String rule,
        int action,
        String type,
        String resource,
        ObjectNode parameters,
        byte @Nullable [] payload,
        boolean isJson,
        Origin origin,
        long decidedAtMillis) {

    public static final int ERROR_ACTION = -1;

    /// Written out because javac puts the annotation of an array parameter of a compact constructor
    /// in the wrong place of the class file.
    public Delivery(
            String account,
            String region,
            String rule,
            int action,
            String type,
            String resource,
            ObjectNode parameters,
            byte @Nullable [] payload,
            boolean isJson,
            Origin origin,
            long decidedAtMillis) {
        this.account = account;
        this.region = region;
        this.rule = rule;
        this.action = action;
        this.type = type;
        this.resource = resource;
        this.parameters = parameters;
        this.payload = payload;
        this.isJson = isJson;
        this.origin = origin;
        this.decidedAtMillis = decidedAtMillis;
    }

    /// What is delivered.
    public byte[] body() {
        byte[] own = payload;
        return own == null ? origin.payload() : own;
    }

    /// A text among the parameters; empty where it isn't there.
    public String parameter(String name) {
        return parameters.path(name).asString("");
    }

    /// Whether the parameter is there.
    public boolean has(String name) {
        return parameters.hasNonNull(name);
    }
}
