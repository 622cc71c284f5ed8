/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.flat;

import java.io.IOException;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.VectorEncoding;

/**
 * The vectors that a reader shows. Field-level security hides a field by leaving it out of {@link
 * LeafReader#getFieldInfos()} and nothing else, so that every reading of vectors must ask here first.
 */
public final class VisibleVectors {

    private VisibleVectors() {}

    /** Whether {@code reader} shows float vectors in {@code field}. */
    public static boolean exist(LeafReader reader, String field) {
        FieldInfo info = reader.getFieldInfos().fieldInfo(field);
        return info != null && info.hasVectorValues() && info.getVectorEncoding() == VectorEncoding.FLOAT32;
    }

    /** The vectors of {@code field}; null where there are none, or where they are hidden. */
    public static FloatVectorValues of(LeafReader reader, String field) throws IOException {
        FloatVectorValues values = reader.getFloatVectorValues(field);
        return values != null && exist(reader, field)
                ? values
                : null; // readers of highlighters have neither, nor a list
    }
}
