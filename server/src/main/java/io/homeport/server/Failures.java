package io.homeport.server;

import io.homeport.storage.StorageException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Turns a failed start into a line that says what to do.
final class Failures {
    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

    private Failures() {}

    /// Prints the reason; the stack trace goes to the log only where the failure isn't one that a
    /// user can cause.
    static void explain(Throwable failure, PrintWriter out) {
        BindException bind = cause(failure, BindException.class);
        if (bind != null) {
            out.println("homeport: " + bind.getMessage());
            out.println("  Another program has the port. Choose other ports (--api-port,");
            out.println("  --mqtts-port, --https-port), or 0 for any free one.");
        } else if (failure instanceof UserFault
                || failure instanceof StorageException
                || failure instanceof UncheckedIOException) {
            LOG.debug("homeport can't start", failure);
            out.println("homeport: " + failure.getMessage());
            if (failure.getCause() instanceof IOException io
                    && !Objects.equals(io.getMessage(), failure.getMessage())) {
                out.println("  " + io);
            }
        } else {
            LOG.error("homeport failed", failure);
            out.println("homeport: " + failure);
        }
        out.flush();
    }

    private static <T extends Throwable> @Nullable T cause(Throwable failure, Class<T> type) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (type.isInstance(at)) {
                return type.cast(at);
            }
        }
        return null;
    }

    /// Something that the user asked for can't be done; the message says what and why.
    static final class UserFault extends RuntimeException {
        private static final long serialVersionUID = 1;

        UserFault(@Nullable String message) {
            super(message);
        }
    }
}
