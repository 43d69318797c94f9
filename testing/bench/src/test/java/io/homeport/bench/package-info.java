/// Tests of the load tool's parts.
@NullMarked
package io.homeport.bench;

import org.jspecify.annotations.NullMarked;
