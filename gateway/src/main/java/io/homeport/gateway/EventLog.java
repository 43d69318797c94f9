package io.homeport.gateway;

import io.homeport.broker.BrokerEvent;
import io.homeport.core.LogBudget;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/// Writes broker events to the log: refusals and denials at info, the rest at debug. Thread-safe.
/// At most 100 info lines a second; what is left out is counted in the next line.
public final class EventLog implements BrokerEvent.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(EventLog.class);
    private static final int LINES_PER_SECOND = 100;

    private final LogBudget budget = new LogBudget(LINES_PER_SECOND);

    @Override
    public void onEvent(BrokerEvent event) {
        switch (event) {
            case BrokerEvent.Denied denied -> {
                if (mayWrite()) {
                    line(LOG.atInfo(), event)
                            .addKeyValue("action", denied.action())
                            .addKeyValue("resource", denied.resource())
                            .addKeyValue("reason", denied.reason())
                            .log("client.denied");
                }
            }
            case BrokerEvent.ConnectFailed failed -> {
                if (mayWrite()) {
                    line(LOG.atInfo(), event)
                            .addKeyValue("principal", failed.principalId())
                            .addKeyValue("sourceIp", failed.sourceIp())
                            .addKeyValue("reason", failed.reason())
                            .log("client.connect-failed");
                }
            }
            case BrokerEvent.Connected connected ->
                    line(LOG.atDebug(), event)
                            .addKeyValue("principal", connected.principalId())
                            .addKeyValue("sourceIp", connected.sourceIp())
                            .addKeyValue("sessionPresent", connected.sessionPresent())
                            .log("client.connected");
            case BrokerEvent.Disconnected gone ->
                    line(LOG.atDebug(), event)
                            .addKeyValue("reason", gone.reason())
                            .addKeyValue("detail", gone.detail())
                            .log("client.disconnected");
            case BrokerEvent.Subscribed subscribed ->
                    line(LOG.atDebug(), event)
                            .addKeyValue("topicFilters", subscribed.topicFilters())
                            .log("client.subscribed");
            case BrokerEvent.Unsubscribed unsubscribed ->
                    line(LOG.atDebug(), event)
                            .addKeyValue("topicFilters", unsubscribed.topicFilters())
                            .log("client.unsubscribed");
            case BrokerEvent.Dropped dropped -> {
                if (LOG.isTraceEnabled()) {
                    line(LOG.atTrace(), event)
                            .addKeyValue("topic", dropped.topic())
                            .addKeyValue("reason", dropped.reason())
                            .log("message.dropped");
                }
            }
        }
    }

    /// A connection that ended before the broker saw it, or not by the broker.
    ///
    /// @param clientId empty where it isn't known
    void connectionRefused(String action, String clientId, String from, String reason) {
        if (mayWrite()) {
            LOG.atInfo()
                    .addKeyValue("action", action)
                    .addKeyValue("clientId", clientId)
                    .addKeyValue("sourceIp", from)
                    .addKeyValue("reason", reason)
                    .log("connection.refused");
        }
    }

    private static LoggingEventBuilder line(LoggingEventBuilder builder, BrokerEvent event) {
        return builder.addKeyValue("account", event.account())
                .addKeyValue("clientId", event.clientId());
    }

    private boolean mayWrite() {
        if (!LOG.isInfoEnabled()) {
            return false;
        }
        long left = budget.take();
        if (left == LogBudget.NONE) {
            return false;
        }
        if (left > 0) {
            LOG.atInfo().addKeyValue("lines", left).log("events.suppressed");
        }
        return true;
    }
}
