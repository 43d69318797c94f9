/// The port through which services reach what AWS has around IoT: queues, buckets, tables, streams.
///
/// Calls block, so never on an event loop. What is behind the port is either AWS or a compatible
/// server, or a stand-in that keeps what arrives on this machine.
@NullMarked
package io.homeport.core.targets;

import org.jspecify.annotations.NullMarked;
