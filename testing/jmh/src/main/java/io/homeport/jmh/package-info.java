/// Microbenchmarks of the hot path: decode, encode, rules, and a whole broker in process. Each is a
/// JMH state of its own, used by one thread; `./dev jmh` runs them with their allocation. Those of
/// packages whose parts are private live in packages of the same name.
@NullMarked
package io.homeport.jmh;

import org.jspecify.annotations.NullMarked;
