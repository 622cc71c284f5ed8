/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.source;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.store.ByteArrayDataInput;
import org.apache.lucene.store.ByteBuffersDataOutput;
import org.apache.lucene.util.BytesRef;

/**
 * Removes vectors from a JSON document before it is stored, and restores them from the vectors of its segment, bit by
 * bit. The stored form:
 *
 * <pre>
 * byte      0, with which no JSON document begins
 * vint      number of removed vectors
 * for each removed vector, in the order of the document:
 *   string  field
 *   vint    number of bytes between the vector before it (or the beginning) and this one
 *   byte    bit 0: 1 for an array of numbers, 0 for a string, base64 of little-endian float32
 *           bit 1: 1 if the vectors format has the vector scaled to length 1
 *   if scaled, {@link UnitScaling}
 * bytes     the document without the removed values
 * </pre>
 */
public final class SplitSource {

    private static final byte MARKER = 0;
    private static final int ARRAY = 1;
    private static final int SCALED = 2;

    private SplitSource() {}

    /**
     * A vector in a document, to be removed.
     *
     * @param field name of the vector field that indexes it
     * @param start byte offset of the value in the document
     * @param end byte offset of its end, exclusive
     * @param written the vector in the document
     * @param indexed the vector in the index: {@code written} itself, or scaled to length 1
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record VectorSpan(String field, int start, int end, float[] written, float[] indexed) {}

    /** Returns the indexed vectors of one document. */
    @FunctionalInterface
    interface VectorLookup {
        /** The vector of {@code field}, or null if there is none. */
        float[] vector(String field) throws IOException;
    }

    /**
     * A removed vector, and what it takes to restore it.
     *
     * @param scaling null if the index has the vector as written
     */
    private record RemovedVector(VectorSpan span, boolean array, UnitScaling scaling) {

        void write(ByteBuffersDataOutput out, int gap) throws IOException {
            out.writeString(span.field());
            out.writeVInt(gap);
            out.writeByte((byte) ((array ? ARRAY : 0) | (scaling == null ? 0 : SCALED)));
            if (scaling != null) {
                scaling.write(out);
            }
        }
    }

    /**
     * Removes vectors from a document, except those that could not be restored exactly.
     *
     * @param spans in the order of the document
     * @return {@code document} itself if no vector could be removed
     */
    public static BytesRef split(BytesRef document, List<VectorSpan> spans) throws IOException {
        List<RemovedVector> removed = new ArrayList<>();
        for (VectorSpan span : spans) {
            boolean array = document.bytes[document.offset + span.start()] == '[';
            if (sameBits(span.written(), span.indexed())) {
                removed.add(new RemovedVector(span, array, null));
            } else {
                UnitScaling.of(span.written(), span.indexed())
                        .ifPresent(scaling -> removed.add(new RemovedVector(span, array, scaling)));
            }
        }
        return removed.isEmpty() ? document : write(document, removed);
    }

    private static boolean sameBits(float[] one, float[] other) {
        for (int i = 0; i < one.length; i++) {
            if (Float.floatToRawIntBits(one[i]) != Float.floatToRawIntBits(other[i])) {
                return false;
            }
        }
        return true;
    }

    private static BytesRef write(BytesRef document, List<RemovedVector> removed) throws IOException {
        ByteBuffersDataOutput out = new ByteBuffersDataOutput();
        out.writeByte(MARKER);
        out.writeVInt(removed.size());
        int from = 0;
        for (RemovedVector vector : removed) {
            vector.write(out, vector.span().start() - from);
            from = vector.span().end();
        }
        from = 0;
        for (RemovedVector vector : removed) {
            out.writeBytes(document.bytes, document.offset + from, vector.span().start() - from);
            from = vector.span().end();
        }
        out.writeBytes(document.bytes, document.offset + from, document.length - from);
        return new BytesRef(out.toArrayCopy());
    }

    /** Whether vectors were removed from a stored document. */
    static boolean isSplit(byte[] stored) {
        return stored.length > 0 && stored[0] == MARKER;
    }

    /**
     * A vector to restore, after {@code gap} bytes of the stored document.
     *
     * @param vector null for one that is {@link UnreadVectors not read}
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record RestoredVector(int gap, boolean array, float[] vector) {}

    /** Restores the vectors of a split document, but those that are {@link UnreadVectors not read}. */
    static byte[] join(byte[] stored, VectorLookup vectors) throws IOException {
        ByteArrayDataInput in = new ByteArrayDataInput(stored);
        in.skipBytes(1);
        List<RestoredVector> restored = new ArrayList<>();
        for (int left = in.readVInt(); left > 0; left--) {
            restored.add(read(in, vectors));
        }
        JsonVectors json = new JsonVectors(stored.length);
        int from = in.getPosition();
        for (RestoredVector vector : restored) {
            json.copy(stored, from, vector.gap());
            from += vector.gap();
            json.vector(vector.vector(), vector.array());
        }
        json.copy(stored, from, stored.length - from);
        return json.bytes();
    }

    private static RestoredVector read(ByteArrayDataInput in, VectorLookup vectors) throws IOException {
        String field = in.readString();
        int gap = in.readVInt();
        int form = in.readByte();
        UnitScaling scaling = (form & SCALED) == 0 ? null : UnitScaling.read(in);
        if (UnreadVectors.contains(field)) {
            return new RestoredVector(gap, false, null);
        }
        float[] indexed = vectors.vector(field);
        if (indexed == null) {
            throw new CorruptIndexException(
                    "expected a vector in field [" + field + "], which the document's source was stored without, but"
                            + " there is none",
                    "stored fields");
        }
        return new RestoredVector(gap, (form & ARRAY) != 0, scaling == null ? indexed : scaling.restore(indexed));
    }
}
