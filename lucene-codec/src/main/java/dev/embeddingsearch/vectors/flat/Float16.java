/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.flat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ShortBuffer;
import java.util.HashMap;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.VectorEncoding;

/**
 * Half-precision floats: IEEE 754 binary16, rounded to nearest, ties to even, stored as two little-endian bytes.
 *
 * <p>Lucene has no such encoding, so its files store a float field of n dimensions as a byte field of {@code 2 * n}
 * dimensions; {@link #asByteVectors(FieldInfo)} maps the one to the other.
 */
final class Float16 {
    static final int BYTES = Short.BYTES;

    private Float16() {}

    /** The nearest half-precision value. */
    static float round(float component) {
        return Float.float16ToFloat(Float.floatToFloat16(component));
    }

    /** Encodes {@code vector} into an array of {@value #BYTES} bytes for each dimension. */
    static void encode(float[] vector, byte[] bytes) {
        ShortBuffer out = shorts(bytes);
        for (float component : vector) {
            out.put(Float.floatToFloat16(component));
        }
    }

    /**
     * Decodes {@code bytes} into {@code vector}.
     *
     * @param scratch as long as the vector: the JIT compiler vectorizes a plain loop from array to array
     */
    static void decode(byte[] bytes, short[] scratch, float[] vector) {
        shorts(bytes).get(scratch);
        for (int i = 0; i < vector.length; i++) {
            vector[i] = Float.float16ToFloat(scratch[i]);
        }
    }

    private static ShortBuffer shorts(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asShortBuffer();
    }

    /**
     * The fields of a segment as they are stored: float vectors as byte vectors, with {@value #BYTES} bytes a
     * dimension.
     */
    static FieldInfos asByteVectors(FieldInfos fields) {
        FieldInfo[] infos = new FieldInfo[fields.size()];
        int i = 0;
        for (FieldInfo field : fields) {
            infos[i++] = asByteVectors(field);
        }
        return new FieldInfos(infos);
    }

    /** The same for one field; a field without float vectors is returned as it is. */
    static FieldInfo asByteVectors(FieldInfo field) {
        if (!field.hasVectorValues() || field.getVectorEncoding() != VectorEncoding.FLOAT32) {
            return field;
        }
        return new FieldInfo(
                field.name,
                field.number,
                field.hasTermVectors(),
                field.omitsNorms(),
                field.hasPayloads(),
                field.getIndexOptions(),
                field.getDocValuesType(),
                field.docValuesSkipIndexType(),
                field.getDocValuesGen(),
                new HashMap<>(field.attributes()),
                field.getPointDimensionCount(),
                field.getPointIndexDimensionCount(),
                field.getPointNumBytes(),
                field.getVectorDimension() * BYTES,
                VectorEncoding.BYTE,
                field.getVectorSimilarityFunction(),
                field.isSoftDeletesField(),
                field.isParentField());
    }
}
