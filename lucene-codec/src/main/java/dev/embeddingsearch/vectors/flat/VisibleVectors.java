/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.flat;

import java.io.IOException;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.VectorEncoding;

/**
 * Reads vectors unless the reader hides their field. Field-level security hides a field only by leaving it out of
 * {@link LeafReader#getFieldInfos()}; {@link LeafReader#getFloatVectorValues} still returns its vectors. All code that
 * reads vectors of a search must therefore go through this class.
 */
public final class VisibleVectors {

    private VisibleVectors() {}

    /** Whether {@code reader} has the float vector field {@code field} and does not hide it. */
    public static boolean exist(LeafReader reader, String field) {
        FieldInfo info = reader.getFieldInfos().fieldInfo(field);
        return info != null && info.hasVectorValues() && info.getVectorEncoding() == VectorEncoding.FLOAT32;
    }

    /** The vectors of {@code field}; null if there are none, or if the field is hidden. */
    public static FloatVectorValues of(LeafReader reader, String field) throws IOException {
        FloatVectorValues values = reader.getFloatVectorValues(field);
        // in this order: the readers of highlighters have no vectors, and no field infos either
        return values != null && exist(reader, field) ? values : null;
    }
}
