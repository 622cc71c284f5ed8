/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.vectors.flat;

import org.apache.lucene.codecs.hnsw.FlatVectorsReader;
import org.apache.lucene.codecs.hnsw.FlatVectorsScorer;

/** A reader with one scorer for all fields, {@link #vectorScorer}. */
abstract class ScoringFlatVectorsReader extends FlatVectorsReader {

    ScoringFlatVectorsReader(FlatVectorsScorer scorer) {
        super(scorer);
    }
}
