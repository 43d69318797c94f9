package io.homeport.server;

import io.homeport.storage.StorageException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
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
        if (failure instanceof UserFault
                || failure instanceof StorageException
                || failure instanceof UncheckedIOException) {
            LOG.debug("homeport can't start", failure);
            String message = String.valueOf(failure.getMessage());
            out.println("homeport: " + message);
            if (failure.getCause() instanceof IOException io
                    && !message.contains(String.valueOf(io.getMessage()))) {
                out.println("  " + io);
            }
        } else {
            LOG.error("homeport failed", failure);
            out.println("homeport: " + failure);
        }
        out.flush();
    }

    /// What went wrong with a file, in words; those of the exceptions are class names and paths.
    static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> "there is no such file or directory";
            case AccessDeniedException _ -> "permission denied";
            case FileAlreadyExistsException _ -> "a file of this name is in the way";
            case MalformedInputException _ -> "it is no UTF-8 text";
            case FileSystemException f when f.getReason() != null -> f.getReason();
            default -> String.valueOf(e.getMessage());
        };
    }

    /// Something that the user asked for can't be done; the message says what and why.
    static final class UserFault extends RuntimeException {
        private static final long serialVersionUID = 1;

        UserFault(@Nullable String message) {
            super(message);
        }
    }
}
