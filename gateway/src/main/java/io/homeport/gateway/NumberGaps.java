package io.homeport.gateway;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/// Keeps gaps in the file numbers of connections. An event loop finds its sockets in a table by
/// their numbers, with the next free place for those that collide; to take one out it looks at all
/// that stand behind it without a gap. The system gives numbers one after the other, so with one
/// loop and 50,000 connections the end of each took 0.1 ms, and the end of all of them 5 s in which
/// nobody else was served. A file that is open for nothing, for every so many connections, is a
/// gap. Used by the thread that accepts connections, and closed when that has ended.
final class NumberGaps implements AutoCloseable {
    /// Connections for each gap.
    static final int EVERY = 64;

    private static final Path NOTHING = Path.of("/dev/null");

    private final List<FileChannel> gaps = new ArrayList<>();
    private boolean possible;

    /// @param possible whether sockets are found by their numbers
    NumberGaps(boolean possible) {
        this.possible = possible;
    }

    /// Makes a gap where there are too few. Those that were made stay: numbers are used again.
    ///
    /// @param connections that there are now
    void keepUp(long connections) {
        if (!possible || connections / EVERY <= gaps.size()) {
            return;
        }
        try {
            gaps.add(FileChannel.open(NOTHING, StandardOpenOption.READ));
        } catch (IOException e) {
            // No such file, or no more files: connections work without.
            possible = false;
        }
    }

    int count() {
        return gaps.size();
    }

    @Override
    public void close() {
        possible = false;
        for (FileChannel gap : gaps) {
            try {
                gap.close();
            } catch (IOException e) {
                // It was open for nothing.
            }
        }
        gaps.clear();
    }
}
