/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.embedding.cache;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.LongAdder;
import java.util.zip.CRC32C;
import org.apache.lucene.util.IOUtils;
import org.opensearch.common.util.concurrent.AbstractRefCounted;

/**
 * A pair of append-only files with vectors. Numbers are little-endian.
 *
 * <ul>
 *   <li>Both files begin with a header of 16 bytes: {@code int} magic, {@code int} version, {@code long} number of the
 *       pair.
 *   <li>{@code .vec} has a record per vector: key (32 bytes), {@code int} dimensions, a {@code float} per dimension,
 *       CRC-32C of all that (4 bytes).
 *   <li>{@code .key} has an entry of 48 bytes per vector: key, {@code long} offset of the record, {@code int}
 *       dimensions, CRC-32C of all that.
 * </ul>
 *
 * <p>The record is written before its entry. Nothing is forced to disk: after a crash any part may be missing or torn.
 * So a record is used only if its checksum is right and its key is the requested one. Entries have a fixed length, so
 * that a damaged entry hides no other entry, and only entries are read at startup.
 *
 * <p>Thread-safe for many readers and one writer. Deleted files remain until their last reader has finished.
 */
final class VectorSegment extends AbstractRefCounted {

    static final int HEADER_BYTES = 16;
    static final int ENTRY_BYTES = 48;
    static final String VECTORS = ".vec";
    static final String KEYS = ".key";

    private static final int VECTORS_MAGIC = 0x65_6d_76_31;
    private static final int KEYS_MAGIC = 0x65_6d_6b_31;
    private static final int VERSION = 1;
    private static final int KEY_BYTES = 4 * Long.BYTES;
    private static final int RECORD_BYTES_BESIDES_VALUES = KEY_BYTES + Integer.BYTES + Integer.BYTES;
    private static final int DIMENSION_BITS = 17;

    private final Path vectorsPath;
    private final Path keysPath;
    private final FileChannel vectors;
    private final FileChannel keys;
    private final LongAdder corrupt;
    private final SegmentIndex index = new SegmentIndex();
    private volatile long vectorsEnd;
    private volatile long keysEnd;
    private volatile boolean deleted;

    private VectorSegment(Path folder, String name, LongAdder corrupt) throws IOException {
        super("vectors on disk");
        this.vectorsPath = folder.resolve(name + VECTORS);
        this.keysPath = folder.resolve(name + KEYS);
        this.corrupt = corrupt;
        this.vectors = open(vectorsPath);
        try {
            this.keys = open(keysPath);
        } catch (IOException | RuntimeException e) {
            IOUtils.closeWhileHandlingException(vectors);
            throw e;
        }
    }

    private static FileChannel open(Path path) throws IOException {
        return FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
    }

    /** Creates an empty pair of files. */
    static VectorSegment create(Path folder, String name, long number, LongAdder corrupt) throws IOException {
        VectorSegment segment = new VectorSegment(folder, name, corrupt);
        try {
            segment.vectors.truncate(0);
            segment.keys.truncate(0);
            write(segment.vectors, header(VECTORS_MAGIC, number), 0);
            write(segment.keys, header(KEYS_MAGIC, number), 0);
            segment.vectorsEnd = HEADER_BYTES;
            segment.keysEnd = HEADER_BYTES;
            return segment;
        } catch (IOException | RuntimeException e) {
            segment.decRef();
            throw e;
        }
    }

    /**
     * Opens a pair of files.
     *
     * @param maxIndexBytes entries that would make the index larger are ignored
     * @return null if the files are not such a pair
     */
    static VectorSegment open(Path folder, String name, long number, long maxIndexBytes, LongAdder corrupt)
            throws IOException {
        VectorSegment segment = new VectorSegment(folder, name, corrupt);
        try {
            if (segment.load(number, maxIndexBytes)) {
                return segment;
            }
            segment.decRef();
            return null;
        } catch (IOException | RuntimeException e) {
            segment.decRef();
            throw e;
        }
    }

    private boolean load(long number, long maxIndexBytes) throws IOException {
        if (!hasHeader(vectors, header(VECTORS_MAGIC, number)) || !hasHeader(keys, header(KEYS_MAGIC, number))) {
            return false;
        }
        vectorsEnd = vectors.size();
        long entries = (keys.size() - HEADER_BYTES) / ENTRY_BYTES;
        keysEnd = HEADER_BYTES + entries * ENTRY_BYTES;
        keys.truncate(keysEnd); // the rest is a torn entry
        ByteBuffer buffer = littleEndian(1024 * ENTRY_BYTES);
        for (long at = HEADER_BYTES; at < keysEnd; at += buffer.limit()) {
            buffer.clear().limit((int) Math.min(buffer.capacity(), keysEnd - at));
            read(keys, buffer, at);
            for (int entry = 0; entry < buffer.limit() && index.bytesWithOneMore() <= maxIndexBytes; ) {
                load(buffer.slice(entry, ENTRY_BYTES).order(ByteOrder.LITTLE_ENDIAN));
                entry += ENTRY_BYTES;
            }
        }
        return true;
    }

    private void load(ByteBuffer entry) {
        VectorKey key = key(entry);
        long offset = entry.getLong();
        int dimensions = entry.getInt();
        boolean whole = crc(entry, ENTRY_BYTES - Integer.BYTES) == entry.getInt() && offset > 0 && dimensions > 0;
        if (whole && offset + recordBytes(dimensions) <= vectorsEnd) {
            index.put(key, position(offset, dimensions));
        } else {
            corrupt.increment();
        }
    }

    private static boolean hasHeader(FileChannel file, ByteBuffer expected) throws IOException {
        if (file.size() < HEADER_BYTES) {
            return false;
        }
        ByteBuffer actual = littleEndian(HEADER_BYTES);
        read(file, actual, 0);
        return actual.equals(expected);
    }

    private static ByteBuffer header(int magic, long number) {
        return littleEndian(HEADER_BYTES)
                .putInt(magic)
                .putInt(VERSION)
                .putLong(number)
                .flip();
    }

    boolean contains(VectorKey key) {
        return index.get(key) != SegmentIndex.NONE;
    }

    /** The vector, or null if there is none or it is damaged. The caller must hold a reference. */
    float[] read(VectorKey key) throws IOException {
        long position = index.get(key);
        if (position == SegmentIndex.NONE) {
            return null;
        }
        int dimensions = (int) (position & (1 << DIMENSION_BITS) - 1);
        ByteBuffer record = littleEndian((int) recordBytes(dimensions));
        try {
            read(vectors, record, position >>> DIMENSION_BITS);
        } catch (EOFException e) {
            return drop(key, position); // another process has truncated the file
        }
        boolean whole = record.getInt(record.limit() - Integer.BYTES) == crc(record, record.limit() - Integer.BYTES);
        if (!whole || !key(record).equals(key) || record.getInt() != dimensions) {
            return drop(key, position);
        }
        float[] vector = new float[dimensions];
        record.asFloatBuffer().get(vector);
        return vector;
    }

    private float[] drop(VectorKey key, long position) {
        corrupt.increment();
        index.drop(key, position);
        return null;
    }

    /** Appends a vector. For one thread at a time. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes
    void append(VectorKey key, float[] vector) throws IOException {
        ByteBuffer record = littleEndian((int) recordBytes(vector.length));
        put(record, key).putInt(vector.length);
        record.asFloatBuffer().put(vector);
        record.position(record.position() + Float.BYTES * vector.length);
        write(vectors, record.putInt(crc(record, record.position())).flip(), vectorsEnd);
        ByteBuffer entry = littleEndian(ENTRY_BYTES);
        put(entry, key).putLong(vectorsEnd).putInt(vector.length);
        write(keys, entry.putInt(crc(entry, entry.position())).flip(), keysEnd);
        index.put(key, position(vectorsEnd, vector.length));
        vectorsEnd += record.limit();
        keysEnd += ENTRY_BYTES;
    }

    /** Bytes on disk. */
    long bytes() {
        return vectorsEnd + keysEnd;
    }

    /** Bytes on disk of one vector. */
    static long bytes(float[] vector) {
        return recordBytes(vector.length) + ENTRY_BYTES;
    }

    SegmentIndex index() {
        return index;
    }

    /** Deletes the files as soon as no reader is left. */
    void delete() {
        deleted = true;
        decRef();
    }

    @Override
    protected void closeInternal() {
        IOUtils.closeWhileHandlingException(vectors, keys);
        if (deleted) {
            try {
                Files.deleteIfExists(keysPath);
                Files.deleteIfExists(vectorsPath);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static long position(long offset, int dimensions) {
        return offset << DIMENSION_BITS | dimensions;
    }

    private static long recordBytes(int dimensions) {
        return RECORD_BYTES_BESIDES_VALUES + (long) Float.BYTES * dimensions;
    }

    private static ByteBuffer littleEndian(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static VectorKey key(ByteBuffer in) {
        return new VectorKey(in.getLong(), in.getLong(), in.getLong(), in.getLong());
    }

    private static ByteBuffer put(ByteBuffer out, VectorKey key) {
        return out.putLong(key.a()).putLong(key.b()).putLong(key.c()).putLong(key.d());
    }

    private static int crc(ByteBuffer bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.slice(0, length));
        return (int) crc.getValue();
    }

    private static void read(FileChannel file, ByteBuffer into, long at) throws IOException {
        while (into.hasRemaining()) {
            if (file.read(into, at + into.position()) < 0) {
                throw new EOFException("expected more bytes");
            }
        }
        into.flip();
    }

    private static void write(FileChannel file, ByteBuffer bytes, long at) throws IOException {
        while (bytes.hasRemaining()) {
            file.write(bytes, at + bytes.position());
        }
    }
}
