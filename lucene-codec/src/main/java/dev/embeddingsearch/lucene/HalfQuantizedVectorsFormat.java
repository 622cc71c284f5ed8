/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.lucene;

/**
 * {@link QuantizedVectorsFormat} with {@link Storage#FLOAT16}: the same files, but exact vectors are those of {@link
 * HalfVectorsFormat}. Scores are exact for the rounded vectors; codes, graph and centroid are made of them too,
 * save where a merge takes segments of another format.
 *
 * <p>This class is what {@link java.util.ServiceLoader} finds to read them; {@link QuantizedVectorsFormat#withStorage}
 * writes the same.
 */
public final class HalfQuantizedVectorsFormat extends QuantizedVectorsFormat {
    /** The name in the index. It never changes: a format that writes something else gets another name. */
    public static final String NAME = "EmbeddingSearchHalf100";

    /** For reading, as {@link QuantizedVectorsFormat#QuantizedVectorsFormat()}. */
    public HalfQuantizedVectorsFormat() {
        super(Storage.FLOAT16);
    }
}
