/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors;

import dev.embeddingsearch.vectors.flat.VectorPrecision;

/**
 * {@link QuantizedVectorsFormat} with exact vectors in {@link VectorPrecision#FLOAT16}: the same files, but
 * <code>.vec</code> and <code>.vemf</code> are those of {@link Float16VectorsFormat}. Exact scores are those of the
 * rounded vectors. Quantized vectors, graph and centroid are computed from the rounded vectors too, except for segments
 * of other formats in a merge.
 *
 * <p>{@link java.util.ServiceLoader} creates this class to read such segments; {@link
 * QuantizedVectorsFormat#withPrecision} writes them.
 */
public final class Float16QuantizedVectorsFormat extends QuantizedVectorsFormat {
    /** The name in the index. It never changes: an incompatible format must have another name. */
    public static final String NAME = "EmbeddingSearchHalf100";

    /** For reading, as {@link QuantizedVectorsFormat#QuantizedVectorsFormat()}. */
    public Float16QuantizedVectorsFormat() {
        super(VectorPrecision.FLOAT16);
    }
}
