/// What AWS has around IoT, reached through the AWS SDK where an endpoint is configured, and else
/// kept on this machine by stand-ins, where people can look at it.
///
/// Everything blocks and is thread-safe. Classes of the SDK are loaded with the first call of a
/// service, so that a server without endpoints carries none of them.
@NullMarked
package io.homeport.targets;

import org.jspecify.annotations.NullMarked;
