/// `homeport bench`: a load generator for any MQTT broker, with its own lean frames on the hot
/// path.
///
/// One {@link io.homeport.bench.LoadLoop} per event loop owns its connections, counters and latency
/// histogram; what it sends and receives is checked where it arrives. The thread that runs the
/// command opens connections, sleeps between samples, and reads counters. Nothing is allocated per
/// message: frames are copied from a template into one buffer per write, and PUBLISH is read in
/// place.
@NullMarked
package io.homeport.bench;

import org.jspecify.annotations.NullMarked;
