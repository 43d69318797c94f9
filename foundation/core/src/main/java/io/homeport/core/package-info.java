/// What every other part of Homeport stands on: identifiers, JSON, errors, the seams for time and
/// chance, and the ports through which services meet without knowing each other.
///
/// Nothing here blocks, starts threads (other than {@link io.homeport.core.SystemTimers}) or knows
/// a protocol.
@NullMarked
package io.homeport.core;

import org.jspecify.annotations.NullMarked;
