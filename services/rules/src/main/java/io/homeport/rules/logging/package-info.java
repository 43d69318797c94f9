/// AWS IoT's logging: which entries an account wants, and the file that they are written to.
///
/// Whoever has something to tell hands in an entry and goes on at once; one worker decides what is
/// wanted where that takes longer, and writes. The queue and the files are bounded.
@NullMarked
package io.homeport.rules.logging;

import org.jspecify.annotations.NullMarked;
