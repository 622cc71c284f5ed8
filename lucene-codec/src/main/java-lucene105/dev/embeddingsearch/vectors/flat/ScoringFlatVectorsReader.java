/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.flat;

import org.apache.lucene.codecs.hnsw.FlatVectorsReader;
import org.apache.lucene.codecs.hnsw.FlatVectorsScorer;

/** A reader with one scorer for all fields, {@link #vectorScorer}. */
abstract class ScoringFlatVectorsReader extends FlatVectorsReader {
    protected final FlatVectorsScorer vectorScorer;

    ScoringFlatVectorsReader(FlatVectorsScorer scorer) {
        this.vectorScorer = scorer;
    }

    @Override
    public FlatVectorsScorer getFlatVectorScorer(String field) {
        return vectorScorer;
    }
}
