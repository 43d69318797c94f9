/// Who may do what: certificates and CAs, IoT policies and their attachments, API users with their
/// access keys, and the server's own CA. Thread-safe; operations block and run on virtual threads.
@NullMarked
package io.homeport.identity;

import org.jspecify.annotations.NullMarked;
