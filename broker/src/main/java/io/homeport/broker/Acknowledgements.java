package io.homeport.broker;

import io.homeport.mqtt.MqttPacket;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Answers to a client's packets, sent in the order the packets came [MQTT-4.6.0-2] [MQTT-4.6.0-3],
/// however long each takes to become durable. Owned by the connection's event loop.
final class Acknowledgements {
    private final Deque<Pending> queue = new ArrayDeque<>(0);
    private final Consumer<MqttPacket> sink;
    private final Runnable changed;

    /// @param changed told when there are more or fewer of them
    Acknowledgements(Consumer<MqttPacket> sink, Runnable changed) {
        this.sink = sink;
        this.changed = changed;
    }

    /// An answer that is due.
    final class Pending {
        private @Nullable MqttPacket packet;
        private @Nullable Runnable after;
        private boolean done;

        /// The answer is ready.
        void complete(MqttPacket answer) {
            complete(answer, null);
        }

        /// @param then runs when the answer has been sent
        void complete(@Nullable MqttPacket answer, @Nullable Runnable then) {
            packet = answer;
            after = then;
            done = true;
            flush();
        }

        /// There is no answer.
        void drop() {
            complete(null, null);
        }
    }

    Pending begin() {
        Pending pending = new Pending();
        queue.add(pending);
        changed.run();
        return pending;
    }

    /// Sends an answer that is ready already, behind those before it.
    void answer(MqttPacket packet) {
        if (queue.isEmpty()) {
            sink.accept(packet);
        } else {
            begin().complete(packet);
        }
    }

    int size() {
        return queue.size();
    }

    private void flush() {
        for (Pending head = queue.peek(); head != null && head.done; head = queue.peek()) {
            queue.remove();
            if (head.packet != null) {
                sink.accept(head.packet);
            }
            if (head.after != null) {
                head.after.run();
            }
        }
        changed.run();
    }
}
