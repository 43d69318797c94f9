package io.homeport.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/// Directories that only the user who runs the process may enter.
final class OwnerOnly {
    private OwnerOnly() {}

    /// Creates what is missing; directories that exist keep their permissions.
    static void createDirectories(Path directory) {
        try {
            if (directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                Files.createDirectories(
                        directory,
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rwx------")));
            } else {
                Files.createDirectories(directory);
            }
        } catch (IOException e) {
            throw new StorageException(
                    "the directory "
                            + directory
                            + " can't be created: check its parent's permissions ("
                            + e
                            + ")",
                    e);
        }
    }
}
