/// AWS IoT policy documents: parsed and validated with the position of a mistake, compiled once,
/// and evaluated to a {@link io.homeport.policy.Decision} that carries its reason. Pure: no I/O,
/// threads or clock. All types are immutable and thread-safe.
@NullMarked
package io.homeport.policy;

import org.jspecify.annotations.NullMarked;
