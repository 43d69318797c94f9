/// Microbenchmarks of what the gateway keeps to itself.
@NullMarked
package io.homeport.gateway;

import org.jspecify.annotations.NullMarked;
