/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.cache;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.lucene.util.IOUtils;

/**
 * A folder of {@link VectorSegment}s with a bound on their bytes on disk and one on the memory of their indices.
 * Vectors are appended to the newest segment. Once it has a sixteenth of either bound, a new segment follows. If there
 * is no room, the oldest segment is deleted. A damaged vector is treated as missing; it is never returned, and other
 * vectors remain readable.
 *
 * <p>Thread-safe for many readers and one writer.
 */
final class VectorFiles implements Closeable {

    private static final int SEGMENTS = 16;
    private static final Pattern NAME =
            Pattern.compile("([0-9a-f]{16})(" + VectorSegment.VECTORS + "|" + VectorSegment.KEYS + ")");

    private final Path folder;
    private final long maxBytes;
    private final long maxIndexBytes;
    private final LongAdder corrupt = new LongAdder();
    private volatile List<VectorSegment> newestFirst = List.of();
    private long lastNumber;

    private VectorFiles(Path folder, long maxBytes, long maxIndexBytes) {
        this.folder = folder;
        this.maxBytes = maxBytes;
        this.maxIndexBytes = maxIndexBytes;
    }

    /** Opens a folder, which is created if it does not exist, and loads the indices of its segments. */
    static VectorFiles open(Path folder, long maxBytes, long maxIndexBytes) throws IOException {
        VectorFiles files = new VectorFiles(folder, maxBytes, maxIndexBytes);
        try {
            Files.createDirectories(folder);
            for (long number : numbers(folder)) {
                files.load(number);
            }
            files.makeRoom(0, 0);
            return files;
        } catch (IOException | RuntimeException e) {
            IOUtils.closeWhileHandlingException(files);
            throw e;
        }
    }

    /** Deletes the segments in a folder, and the folder if it is empty then. */
    static void delete(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        for (long number : numbers(folder)) {
            delete(folder, number);
        }
        boolean empty;
        try (DirectoryStream<Path> rest = Files.newDirectoryStream(folder)) {
            empty = !rest.iterator().hasNext();
        }
        if (empty) {
            Files.delete(folder);
        }
    }

    private static void delete(Path folder, long number) throws IOException {
        Files.deleteIfExists(folder.resolve(name(number) + VectorSegment.KEYS));
        Files.deleteIfExists(folder.resolve(name(number) + VectorSegment.VECTORS));
    }

    private static SortedSet<Long> numbers(Path folder) throws IOException {
        SortedSet<Long> numbers = new TreeSet<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                Matcher name = NAME.matcher(file.getFileName().toString());
                if (name.matches() && Files.isRegularFile(file)) {
                    numbers.add(Long.parseUnsignedLong(name.group(1), 16));
                }
            }
        }
        return numbers;
    }

    private static String name(long number) {
        String digits = Long.toHexString(number);
        return "0".repeat(16 - digits.length()) + digits;
    }

    private void load(long number) throws IOException {
        lastNumber = Math.max(lastNumber, number);
        VectorSegment segment = VectorSegment.open(folder, name(number), number, maxIndexBytes / SEGMENTS, corrupt);
        if (segment == null) {
            corrupt.increment();
            delete(folder, number);
        } else {
            prepend(segment);
        }
    }

    private void prepend(VectorSegment segment) {
        List<VectorSegment> more = new ArrayList<>();
        more.add(segment);
        more.addAll(newestFirst);
        newestFirst = List.copyOf(more);
    }

    /** Whether the index has the vector; reads no file. */
    boolean contains(VectorKey key) {
        for (VectorSegment segment : newestFirst) {
            if (segment.contains(key)) {
                return true;
            }
        }
        return false;
    }

    /** The vector as it was written, or null if there is none or it is damaged. */
    float[] read(VectorKey key) throws IOException {
        for (VectorSegment segment : newestFirst) {
            if (segment.contains(key) && segment.tryIncRef()) {
                float[] vector;
                try {
                    vector = segment.read(key);
                } finally {
                    segment.decRef();
                }
                if (vector != null) {
                    return vector;
                }
            }
        }
        return null;
    }

    /** Writes a vector unless it exists or is larger than a segment. For one thread at a time. */
    void write(VectorKey key, float[] vector) throws IOException {
        long bytes = VectorSegment.bytes(vector);
        if (contains(key) || bytes + 2 * VectorSegment.HEADER_BYTES > maxBytes / SEGMENTS) {
            return;
        }
        if (newestFirst.isEmpty() || isFull(newestFirst.getFirst(), bytes)) {
            makeRoom(2 * VectorSegment.HEADER_BYTES, SegmentIndex.MIN_BYTES);
            lastNumber++;
            prepend(VectorSegment.create(folder, name(lastNumber), lastNumber, corrupt));
        }
        VectorSegment newest = newestFirst.getFirst();
        makeRoom(bytes, newest.index().bytesWithOneMore() - newest.index().bytes());
        newest.append(key, vector);
    }

    private boolean isFull(VectorSegment segment, long more) {
        return segment.bytes() + more > maxBytes / SEGMENTS
                || segment.index().bytesWithOneMore() > maxIndexBytes / SEGMENTS;
    }

    private void makeRoom(long bytes, long indexBytes) {
        while (!newestFirst.isEmpty() && (bytes() + bytes > maxBytes || indexBytes() + indexBytes > maxIndexBytes)) {
            VectorSegment oldest = newestFirst.getLast();
            newestFirst = newestFirst.subList(0, newestFirst.size() - 1);
            oldest.delete();
        }
    }

    /** Bytes on disk. */
    long bytes() {
        return newestFirst.stream().mapToLong(VectorSegment::bytes).sum();
    }

    /** Vectors on disk. */
    long entries() {
        return newestFirst.stream()
                .mapToLong(segment -> segment.index().entries())
                .sum();
    }

    /** Memory of the indices. */
    long indexBytes() {
        return newestFirst.stream()
                .mapToLong(segment -> segment.index().bytes())
                .sum();
    }

    /** Damaged vectors found since the start; a damaged file counts once. */
    long corrupt() {
        return corrupt.sum();
    }

    @Override
    public void close() {
        List<VectorSegment> open = newestFirst;
        newestFirst = List.of();
        open.forEach(VectorSegment::decRef);
    }
}
