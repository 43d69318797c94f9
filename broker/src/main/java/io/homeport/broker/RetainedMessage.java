package io.homeport.broker;

import io.homeport.core.Message;

/// A retained message. Immutable.
public record RetainedMessage(Message message, long lastModifiedMillis) {}
