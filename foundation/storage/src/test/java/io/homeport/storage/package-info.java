/// Tests of the storage contract, its engines, and the tables on it.
@NullMarked
package io.homeport.storage;

import org.jspecify.annotations.NullMarked;
