/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.flat;

import java.io.IOException;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.MergeState;
import org.apache.lucene.util.hnsw.CloseableRandomVectorScorerSupplier;

/** What a {@link FilterFlatVectorsWriter} changes in merges. */
public interface MergeFilter {

    /** The field as it is stored. */
    default FieldInfo stored(FieldInfo field) {
        return field;
    }

    /** The merge from which the stored vectors are read. */
    MergeState source(FieldInfo field, MergeState state);

    /** The scorers of the nodes of a field's graph. */
    CloseableRandomVectorScorerSupplier nodes(FieldInfo field, CloseableRandomVectorScorerSupplier storedVectors)
            throws IOException;
}
