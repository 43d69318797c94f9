/// MQTT 3.1.1 and 5.0 control packets as sealed records, and their codec over Netty buffers. No
/// sockets, no sessions. Packets are immutable; the codec is used by one thread at a time.
@NullMarked
package io.homeport.mqtt;

import org.jspecify.annotations.NullMarked;
