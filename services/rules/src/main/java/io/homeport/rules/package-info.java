/// The rules engine of AWS IoT: topic rules and their destinations, evaluation, the durable outbox
/// and its deliveries. What each kind of action does is in `actions`. Thread-safe; operations block
/// and run on virtual threads.
@NullMarked
package io.homeport.rules;

import org.jspecify.annotations.NullMarked;
