package io.homeport.functions;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// Makes zip files.
final class Zips {
    private static final int ENTRY_SIGNATURE = 0x0201_4b50;

    private final Map<String, byte[]> files = new LinkedHashMap<>();
    private final Map<String, Integer> modes = new LinkedHashMap<>();

    /// A zip file with one text file.
    static byte[] of(String name, String text) {
        return new Zips().add(name, 0100644, text).bytes();
    }

    Zips add(String name, int mode, String text) {
        return add(name, mode, text.getBytes(StandardCharsets.UTF_8));
    }

    Zips add(String name, int mode, byte[] bytes) {
        files.put(name, bytes);
        modes.put(name, mode);
        return this;
    }

    byte[] bytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(file.getKey()));
                zip.write(file.getValue());
                zip.closeEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return withModes(out.toByteArray());
    }

    /// Java writes no Unix modes, so they are put into the central directory afterwards.
    private byte[] withModes(byte[] bytes) {
        ByteBuffer zip = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at + 46 <= bytes.length; at++) {
            if (zip.getInt(at) == ENTRY_SIGNATURE) {
                byte[] name = new byte[zip.getShort(at + 28)];
                zip.get(at + 46, name);
                Integer mode = modes.get(new String(name, StandardCharsets.UTF_8));
                if (mode != null) {
                    zip.put(at + 5, (byte) 3);
                    zip.putInt(at + 38, mode << 16);
                }
            }
        }
        return bytes;
    }
}
