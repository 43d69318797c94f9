/// Microbenchmarks of what the broker keeps to itself.
@NullMarked
package io.homeport.broker;

import org.jspecify.annotations.NullMarked;
