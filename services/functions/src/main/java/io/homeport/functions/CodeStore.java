package io.homeport.functions;

import io.homeport.functions.VersionRecord.Code;
import io.homeport.storage.Key;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.lambda.model.CodeStorageExceededException;
import software.amazon.awssdk.services.lambda.model.FunctionCode;
import software.amazon.awssdk.services.lambda.model.UpdateFunctionCodeRequest;

/// The code of functions: zip files by their hash, which are kept, and what they unpack to, which
/// is made anew after every start. A hash is on disk as long as a version or a process needs it.
/// Thread-safe.
final class CodeStore {
    /// The bucket that stands for this machine's file system, by the name that users of other local
    /// tools know.
    static final String LOCAL_BUCKET = "hot-reload";

    private final Functions functions;
    private final Path zips;
    private final Path unpacked;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Integer> uses = new HashMap<>();

    CodeStore(Functions functions, Path directory) {
        this.functions = functions;
        this.zips = directory.resolve("zips");
        this.unpacked = directory.resolve("unpacked");
        try {
            Folders.delete(unpacked);
            Files.createDirectories(zips);
            Files.createDirectories(unpacked);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Keeps the code of a new function; the caller {@link #release}s it once it is stored.
    Code store(FunctionCode code) {
        return store(code.zipFile(), code.s3Bucket(), code.s3Key(), code.imageUri());
    }

    /// Keeps the new code of a function; the caller {@link #release}s it once it is stored.
    Code store(UpdateFunctionCodeRequest code) {
        return store(code.zipFile(), code.s3Bucket(), code.s3Key(), code.imageUri());
    }

    private Code store(
            @Nullable SdkBytes zip,
            @Nullable String bucket,
            @Nullable String key,
            @Nullable String imageUri) {
        if (imageUri != null) {
            throw Faults.invalid("Container images are not available in this version of Homeport");
        }
        if (zip != null && bucket == null) {
            return storeZip(zip.asByteArrayUnsafe());
        }
        if (zip != null || bucket == null || key == null) {
            throw Faults.invalid("Please provide a source for function code.");
        }
        if (!bucket.equals(LOCAL_BUCKET)) {
            throw Faults.invalid(
                    "Error occurred while GetObject. S3 Error Code: NoSuchBucket. S3 Error Message:"
                            + " Homeport takes code as ZipFile, or from this machine: S3Bucket "
                            + LOCAL_BUCKET
                            + " and as S3Key the absolute path of a folder or a zip file");
        }
        return storeLocal(key);
    }

    private Code storeLocal(String key) {
        Path path;
        try {
            path = Path.of(key);
        } catch (InvalidPathException e) {
            throw Faults.invalid("S3Key '" + key + "' is no path: " + e.getReason());
        }
        if (!path.isAbsolute()) {
            throw Faults.invalid("S3Key '" + key + "' has to be an absolute path on this machine");
        }
        if (Files.isRegularFile(path)) {
            try {
                if (Files.size(path) > functions.limits.zipBytes()) {
                    throw tooLarge();
                }
                return storeZip(Files.readAllBytes(path));
            } catch (IOException e) {
                throw Faults.invalid("S3Key '" + key + "' can not be read: " + e.getMessage());
            }
        }
        if (!Files.isDirectory(path)) {
            throw Faults.invalid("S3Key '" + key + "' is neither a folder nor a file here");
        }
        byte[] hash = sha256(path.normalize().toString().getBytes(StandardCharsets.UTF_8));
        Code code =
                new Code(Base64.getEncoder().encodeToString(hash), 0, path.normalize().toString());
        use(code);
        return code;
    }

    private RuntimeException tooLarge() {
        return Faults.invalid(
                "Zipped size must be smaller than " + functions.limits.zipBytes() + " bytes");
    }

    private Code storeZip(byte[] zip) {
        if (zip.length > functions.limits.zipBytes()) {
            throw tooLarge();
        }
        Code code = new Code(Base64.getEncoder().encodeToString(sha256(zip)), zip.length, null);
        lock.lock();
        try {
            if (!Files.exists(zipOf(code))) {
                checkStorage(zip.length);
                write(zipOf(code), zip);
            }
            uses.merge(code.sha256(), 1, Integer::sum);
        } catch (IOException e) {
            throw new UncheckedIOException("the code could not be stored", e);
        } finally {
            lock.unlock();
        }
        try {
            folderOf(code);
            return code;
        } catch (RuntimeException e) {
            release(code);
            throw e;
        }
    }

    private void checkStorage(long more) throws IOException {
        long total = more;
        try (Stream<Path> files = Files.list(zips)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                total += Files.size(file);
            }
        }
        if (total > functions.limits.codeStorageBytes()) {
            throw CodeStorageExceededException.builder()
                    .message("Code storage limit exceeded.")
                    .type("User")
                    .build();
        }
    }

    private static void write(Path file, byte[] bytes) throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try (FileChannel out =
                FileChannel.open(
                        part,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) {
                out.write(buffer);
            }
            out.force(true);
        }
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    }

    /// Keeps the code on disk until it is released.
    void use(Code code) {
        lock.lock();
        try {
            uses.merge(code.sha256(), 1, Integer::sum);
        } finally {
            lock.unlock();
        }
    }

    /// Lets go of code that was stored or used; what nobody needs any more is deleted.
    void release(Code code) {
        lock.lock();
        try {
            Integer left = uses.merge(code.sha256(), -1, Integer::sum);
            if (left <= 0) {
                uses.remove(code.sha256());
            }
            collect(code);
        } finally {
            lock.unlock();
        }
    }

    /// Deletes the code unless somebody needs it.
    void collect(Code code) {
        if (code.folder() != null) {
            return;
        }
        lock.lock();
        try {
            boolean needed =
                    uses.containsKey(code.sha256())
                            || functions.database.read(view ->
                                    !functions
                                            .versions
                                            .listBy(view, "code", Key.of(code.sha256()), null, 1)
                                            .isEmpty());
            if (!needed) {
                Files.deleteIfExists(zipOf(code));
                Folders.delete(unpacked.resolve(hex(code)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            lock.unlock();
        }
    }

    /// The folder with the files, unpacked if they aren't yet.
    Path folderOf(Code code) {
        String own = code.folder();
        if (own != null) {
            return Path.of(own);
        }
        Path folder = unpacked.resolve(hex(code));
        if (Files.isDirectory(folder)) {
            return folder;
        }
        lock.lock();
        try {
            if (!Files.isDirectory(folder)) {
                Path part = unpacked.resolve(hex(code) + ".part");
                Folders.delete(part);
                new ZipUnpacker(functions.limits).unpack(zipOf(code), part);
                Files.move(part, folder, StandardCopyOption.ATOMIC_MOVE);
            }
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "the code of the function can not be read: " + e.getMessage(), e);
        } finally {
            lock.unlock();
        }
    }

    /// The zip file; there is none for a folder.
    Path zipOf(Code code) {
        return zips.resolve(hex(code) + ".zip");
    }

    /// Deletes everything.
    void clear() {
        lock.lock();
        try {
            for (Path directory : new Path[] {zips, unpacked}) {
                Folders.delete(directory);
                Files.createDirectories(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            lock.unlock();
        }
    }

    private static String hex(Code code) {
        return HexFormat.of().formatHex(Base64.getDecoder().decode(code.sha256()));
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
