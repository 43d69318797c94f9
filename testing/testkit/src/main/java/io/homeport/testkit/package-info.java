/// What tests share: time that moves by hand, seeds, and other deterministic stand-ins. Single
/// threaded unless a class says otherwise.
@NullMarked
package io.homeport.testkit;

import org.jspecify.annotations.NullMarked;
