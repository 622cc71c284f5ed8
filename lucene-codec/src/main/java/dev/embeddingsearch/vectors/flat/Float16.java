/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.flat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ShortBuffer;
import java.util.HashMap;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.VectorEncoding;

/** Numbers in half precision (IEEE 754 binary16), rounded to the nearest, two little-endian bytes each. */
final class Float16 {
    static final int BYTES = Short.BYTES;

    private Float16() {}

    static float round(float number) {
        return Float.float16ToFloat(Float.floatToFloat16(number));
    }

    /** Writes {@code vector} into as many bytes as it takes. */
    static void encode(float[] vector, byte[] halves) {
        ShortBuffer out = shorts(halves);
        for (float number : vector) {
            out.put(Float.floatToFloat16(number));
        }
    }

    /**
     * Reads {@code vector} from its bytes.
     *
     * @param scratch as long as the vector: a plain loop from array to array is one that processors do many numbers of at
     *     a time
     */
    static void decode(byte[] halves, short[] scratch, float[] vector) {
        shorts(halves).get(scratch);
        for (int i = 0; i < vector.length; i++) {
            vector[i] = Float.float16ToFloat(scratch[i]);
        }
    }

    private static ShortBuffer shorts(byte[] halves) {
        return ByteBuffer.wrap(halves).order(ByteOrder.LITTLE_ENDIAN).asShortBuffer();
    }

    /** The fields of a segment as Lucene's files have them: float vectors as bytes, {@value #BYTES} for a number. */
    static FieldInfos inFiles(FieldInfos fields) {
        FieldInfo[] infos = new FieldInfo[fields.size()];
        int i = 0;
        for (FieldInfo field : fields) {
            infos[i++] = inFiles(field);
        }
        return new FieldInfos(infos);
    }

    /** The same of one field; what holds no float vectors stays as it is. */
    static FieldInfo inFiles(FieldInfo field) {
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
