/// Tests of what every other part stands on.
@NullMarked
package io.homeport.core;

import org.jspecify.annotations.NullMarked;
