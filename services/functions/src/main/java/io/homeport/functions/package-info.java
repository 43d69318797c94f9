/// A Lambda-compatible service. Functions are stored with versions, aliases and permissions, and
/// run in processes of their own that speak the Lambda Runtime API with us.
///
/// Everything is thread-safe unless it says otherwise; operations block and run on virtual threads.
/// A process runs one invocation at a time. Time that users set and see follows the `Clock`; what a
/// process is given to run follows the machine's time, which the test mode doesn't move.
@NullMarked
package io.homeport.functions;

import org.jspecify.annotations.NullMarked;
