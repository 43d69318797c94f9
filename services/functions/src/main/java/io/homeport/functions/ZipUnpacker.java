package io.homeport.functions;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/// Unpacks what users upload. Nothing is written outside of the target, whatever names and links
/// the archive holds, and no more than the limits say. Stateless.
record ZipUnpacker(FunctionLimits limits) {
    private static final int END_SIGNATURE = 0x0605_4b50;
    private static final int END_BYTES = 22;
    private static final int ENTRY_SIGNATURE = 0x0201_4b50;
    private static final int ENTRY_BYTES = 46;
    private static final int FILE_TYPE = 0xF000;
    private static final int LINK = 0xA000;
    private static final int EXECUTABLE = 0x49;
    private static final int MAXIMUM_LINK_BYTES = 1024;

    /// Unpacks into a folder that isn't there yet.
    ///
    /// @throws software.amazon.awssdk.services.lambda.model.InvalidParameterValueException where
    ///   the archive is broken, too large or reaches outside
    void unpack(Path zip, Path target) throws IOException {
        Files.createDirectories(target);
        // Links are made last, so that no file is written through one.
        Map<Path, String> links = new TreeMap<>();
        try (ZipFile archive = new ZipFile(zip.toFile())) {
            if (archive.size() > limits.zipEntries()) {
                throw Faults.invalid(
                        "A zip file can hold at most " + limits.zipEntries() + " files");
            }
            Map<String, Integer> modes = modes(zip);
            long left = limits.unzippedBytes();
            Enumeration<? extends ZipEntry> entries = archive.entries();
            while (entries.hasMoreElements()) {
                ZipEntry entry = entries.nextElement();
                Path path = inside(target, entry.getName());
                int mode = modes.getOrDefault(entry.getName(), 0);
                if (entry.isDirectory()) {
                    Files.createDirectories(path);
                } else if ((mode & FILE_TYPE) == LINK) {
                    links.put(path, link(archive, entry));
                } else {
                    left -= file(archive, entry, path, (mode & EXECUTABLE) != 0, left);
                }
            }
            for (Map.Entry<Path, String> link : links.entrySet()) {
                makeLink(target, link.getKey(), link.getValue());
            }
        } catch (ZipException e) {
            throw broken();
        } catch (FileAlreadyExistsException e) {
            throw Faults.invalid(
                    "The zip file has '" + target.relativize(Path.of(e.getFile())) + "' twice");
        }
    }

    private static RuntimeException broken() {
        return Faults.invalid(
                "Could not unzip uploaded file. Please check your file, then try to upload again.");
    }

    private static Path inside(Path target, String name) {
        try {
            Path path = target.resolve(name).normalize();
            boolean climbs = Path.of(name).isAbsolute() || !path.startsWith(target);
            if (!climbs && !name.contains("\\") && !path.equals(target)) {
                return path;
            }
        } catch (InvalidPathException e) {
            // No name of a file: refused as those that lead elsewhere.
        }
        throw Faults.invalid("The zip file has an entry '" + name + "' that isn't a file's path");
    }

    private long file(ZipFile archive, ZipEntry entry, Path path, boolean executable, long left)
            throws IOException {
        Files.createDirectories(path.getParent());
        long written = 0;
        try (InputStream in = archive.getInputStream(entry);
                OutputStream out = Files.newOutputStream(path, StandardOpenOption.CREATE_NEW)) {
            byte[] buffer = new byte[64 << 10];
            int read;
            while ((read = in.read(buffer)) > 0) {
                written += read;
                if (written > left) {
                    throw Faults.invalid(
                            "Unzipped size must be smaller than "
                                    + limits.unzippedBytes()
                                    + " bytes");
                }
                out.write(buffer, 0, read);
            }
        }
        Files.setPosixFilePermissions(
                path, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
        return written;
    }

    private static String link(ZipFile archive, ZipEntry entry) throws IOException {
        try (InputStream in = archive.getInputStream(entry)) {
            return new String(in.readNBytes(MAXIMUM_LINK_BYTES), StandardCharsets.UTF_8);
        }
    }

    /// Climbing is allowed at the start of a link only, where it is seen how far it goes: behind
    /// another link it could lead anywhere.
    private static void makeLink(Path target, Path link, String to) throws IOException {
        Path root = target.toRealPath();
        Path folder = Objects.requireNonNull(link.getParent(), "links are below the target");
        Path parent = Files.createDirectories(folder).toRealPath();
        Path relative;
        try {
            relative = Path.of(to);
        } catch (InvalidPathException e) {
            throw outside(target, link);
        }
        boolean named = false;
        boolean climbsLate = false;
        for (Path part : relative) {
            boolean climbs = part.toString().equals("..");
            climbsLate |= climbs && named;
            named |= !climbs;
        }
        if (climbsLate
                || to.isEmpty()
                || relative.isAbsolute()
                || !parent.startsWith(root)
                || !parent.resolve(relative).normalize().startsWith(root)) {
            throw outside(target, link);
        }
        Files.createSymbolicLink(parent.resolve(link.getFileName()), relative);
    }

    private static RuntimeException outside(Path target, Path link) {
        return Faults.invalid(
                "The zip file has a link '"
                        + target.relativize(link)
                        + "' that leads outside of it");
    }

    /// Unix modes by name, from the central directory (APPNOTE.TXT 4.3.12), which Java's own reader
    /// doesn't tell. Archives without them have none.
    private static Map<String, Integer> modes(Path zip) throws IOException {
        Map<String, Integer> modes = new HashMap<>();
        try (FileChannel channel = FileChannel.open(zip)) {
            int tail = (int) Math.min(channel.size(), END_BYTES + 0xFFFF);
            ByteBuffer end = read(channel, channel.size() - tail, tail);
            int at = tail - END_BYTES;
            while (at >= 0 && end.getInt(at) != END_SIGNATURE) {
                at--;
            }
            if (at < 0) {
                throw broken();
            }
            long size = end.getInt(at + 12) & 0xFFFF_FFFFL;
            long start = channel.size() - tail + at - size;
            if (start < 0) {
                throw broken();
            }
            ByteBuffer directory = read(channel, start, (int) size);
            int entry = 0;
            while (entry + ENTRY_BYTES <= directory.limit()
                    && directory.getInt(entry) == ENTRY_SIGNATURE) {
                int nameLength = directory.getShort(entry + 28) & 0xFFFF;
                int rest =
                        (directory.getShort(entry + 30) & 0xFFFF)
                                + (directory.getShort(entry + 32) & 0xFFFF);
                if (entry + ENTRY_BYTES + nameLength > directory.limit()) {
                    throw broken();
                }
                boolean unix = directory.get(entry + 5) == 3;
                if (unix) {
                    byte[] name = new byte[nameLength];
                    directory.get(entry + ENTRY_BYTES, name);
                    modes.put(
                            new String(name, StandardCharsets.UTF_8),
                            directory.getInt(entry + 38) >>> 16);
                }
                entry += ENTRY_BYTES + nameLength + rest;
            }
        }
        return modes;
    }

    private static ByteBuffer read(FileChannel channel, long position, int length)
            throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        long at = position;
        while (buffer.hasRemaining()) {
            int read = channel.read(buffer, at);
            if (read < 0) {
                throw broken();
            }
            at += read;
        }
        return buffer.flip();
    }
}
