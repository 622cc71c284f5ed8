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
 * A JSON document without the vectors that its segment holds anyway, and what it takes to put them back in their places,
 * bit by bit as they came.
 *
 * <pre>
 * byte      0, with which no document starts
 * vint      count of vectors
 * for each, in the order of their places:
 *   string  field
 *   vint    bytes of the rest before it, beyond those before the vector before
 *   byte    1: an array of numbers, 0: a string, base64 of little-endian float32; + 2: scaled
 *   if scaled, {@link UnitScaling}
 * the rest  the document without these values
 * </pre>
 */
public final class SplitSource {

    private static final byte MARKER = 0;
    private static final int ARRAY = 1;
    private static final int SCALED = 2;

    private SplitSource() {}

    /**
     * A value to take out of a document.
     *
     * @param field name of the vector field that holds it
     * @param start where the value begins in the document
     * @param end where it ends, exclusive
     * @param written the numbers that the value has
     * @param indexed those that the field has, {@code written} itself or scaled to length 1
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    public record Cut(String field, int start, int end, float[] written, float[] indexed) {}

    /** The vectors of one document. */
    @FunctionalInterface
    public interface Vectors {
        /** The numbers that a field has, or null if there are none. */
        float[] of(String field) throws IOException;
    }

    /** A vector that is left out, and how it is put back. */
    private record Place(Cut cut, boolean array, UnitScaling scaling) {

        void write(ByteBuffersDataOutput out, int rest) throws IOException {
            out.writeString(cut.field());
            out.writeVInt(rest);
            out.writeByte((byte) ((array ? ARRAY : 0) | (scaling == null ? 0 : SCALED)));
            if (scaling != null) {
                scaling.write(out);
            }
        }
    }

    /**
     * Takes vectors out of a document. One that could not be put back exactly stays.
     *
     * @param cuts in the order of their places
     * @return the document itself if nothing could be taken out
     */
    public static BytesRef split(BytesRef document, List<Cut> cuts) throws IOException {
        List<Place> places = new ArrayList<>();
        for (Cut cut : cuts) {
            boolean array = document.bytes[document.offset + cut.start()] == '[';
            if (sameBits(cut.written(), cut.indexed())) {
                places.add(new Place(cut, array, null));
            } else {
                UnitScaling.of(cut.written(), cut.indexed())
                        .ifPresent(scaling -> places.add(new Place(cut, array, scaling)));
            }
        }
        return places.isEmpty() ? document : write(document, places);
    }

    private static boolean sameBits(float[] one, float[] other) {
        for (int i = 0; i < one.length; i++) {
            if (Float.floatToRawIntBits(one[i]) != Float.floatToRawIntBits(other[i])) {
                return false;
            }
        }
        return true;
    }

    private static BytesRef write(BytesRef document, List<Place> places) throws IOException {
        ByteBuffersDataOutput out = new ByteBuffersDataOutput();
        out.writeByte(MARKER);
        out.writeVInt(places.size());
        int from = 0;
        for (Place place : places) {
            place.write(out, place.cut().start() - from);
            from = place.cut().end();
        }
        from = 0;
        for (Place place : places) {
            out.writeBytes(document.bytes, document.offset + from, place.cut().start() - from);
            from = place.cut().end();
        }
        out.writeBytes(document.bytes, document.offset + from, document.length - from);
        return new BytesRef(out.toArrayCopy());
    }

    /** Whether vectors were taken out of a document. */
    static boolean isSplit(byte[] stored) {
        return stored.length > 0 && stored[0] == MARKER;
    }

    /** A vector to put in. */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    private record Insert(int rest, boolean array, float[] vector) {}

    /** Puts the vectors back into a document that was split. */
    static byte[] join(byte[] stored, Vectors vectors) throws IOException {
        ByteArrayDataInput in = new ByteArrayDataInput(stored);
        in.skipBytes(1);
        List<Insert> inserts = new ArrayList<>();
        for (int left = in.readVInt(); left > 0; left--) {
            inserts.add(insert(in, vectors));
        }
        JsonVectors json = new JsonVectors(stored.length);
        int from = in.getPosition();
        for (Insert insert : inserts) {
            json.copy(stored, from, insert.rest());
            from += insert.rest();
            json.vector(insert.vector(), insert.array());
        }
        json.copy(stored, from, stored.length - from);
        return json.bytes();
    }

    private static Insert insert(ByteArrayDataInput in, Vectors vectors) throws IOException {
        String field = in.readString();
        int rest = in.readVInt();
        int form = in.readByte();
        UnitScaling scaling = (form & SCALED) == 0 ? null : UnitScaling.read(in);
        float[] indexed = vectors.of(field);
        if (indexed == null) {
            throw new CorruptIndexException(
                    "expected a vector in field [" + field + "], which the document's source was stored without, but"
                            + " there is none",
                    "stored fields");
        }
        return new Insert(rest, (form & ARRAY) != 0, scaling == null ? indexed : scaling.undo(indexed));
    }
}
