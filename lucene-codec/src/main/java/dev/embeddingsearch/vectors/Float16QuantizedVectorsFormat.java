/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors;

import dev.embeddingsearch.vectors.flat.VectorPrecision;

/**
 * {@link QuantizedVectorsFormat} with {@link VectorPrecision#FLOAT16}: the same files, but exact vectors are those of {@link
 * Float16VectorsFormat}. Scores are exact for the rounded vectors; codes, graph and centroid are made of them too,
 * save where a merge takes segments of another format.
 *
 * <p>This class is what {@link java.util.ServiceLoader} finds to read them; {@link QuantizedVectorsFormat#withStorage}
 * writes the same.
 */
public final class Float16QuantizedVectorsFormat extends QuantizedVectorsFormat {
    /** The name in the index. It never changes: a format that writes something else gets another name. */
    public static final String NAME = "EmbeddingSearchHalf100";

    /** For reading, as {@link QuantizedVectorsFormat#QuantizedVectorsFormat()}. */
    public Float16QuantizedVectorsFormat() {
        super(VectorPrecision.FLOAT16);
    }
}
