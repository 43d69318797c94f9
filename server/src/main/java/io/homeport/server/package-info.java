/// The program: command line, settings, the one place where all modules are wired together, and the
/// demo.
@NullMarked
package io.homeport.server;

import org.jspecify.annotations.NullMarked;
