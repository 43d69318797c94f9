/// The normative statements of MQTT 3.1.1 and MQTT 5.0 that concern a server, tried over the wire:
/// a class per chapter, each with one server. `docs/mqtt-map.md` says which test proves which
/// statement. A comment names the statements, those of MQTT 5 behind `5:`, those of 3.1.1 behind
/// `3:`. That nothing comes is proved by what comes next.
@NullMarked
package io.homeport.compat.conformance;

import org.jspecify.annotations.NullMarked;
