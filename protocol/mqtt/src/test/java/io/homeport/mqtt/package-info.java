/// Tests of the codec: bytes written down by hand, seeded random packets, and a fuzz target.
@NullMarked
package io.homeport.mqtt;

import org.jspecify.annotations.NullMarked;
