/// The registry of AWS IoT: things, thing types, thing groups, billing groups, tags, the
/// attachments of principals to things, and the events that changes publish. Thread-safe;
/// operations block and run on virtual threads.
@NullMarked
package io.homeport.registry;

import org.jspecify.annotations.NullMarked;
