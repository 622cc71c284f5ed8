/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.knn;

import dev.embeddingsearch.vectors.QuantizedVectorsFormat;
import java.io.IOException;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.util.hnsw.RandomVectorScorer;

/** How far a search for one vector has come in a shard, for another that is to find more. */
public final class BegunSearch {

    private final KnnTarget leg;
    private QuantizedKnnSearch codes;

    public BegunSearch(KnnTarget leg) {
        this.leg = leg;
    }

    /** The search of the shard's codes, begun where it was not; null where it cannot be continued. */
    QuantizedKnnSearch in(IndexSearcher searcher, int wanted) throws IOException {
        if (codes == null) {
            codes = QuantizedKnnSearch.of(leg, searcher, wanted);
        }
        return codes;
    }

    /** Compares the codes of a segment; null where there are none. The search there, if there was one, is over. */
    public RandomVectorScorer estimator(LeafReaderContext leaf) throws IOException {
        RandomVectorScorer used = codes == null ? null : codes.end(leaf);
        return used == null ? QuantizedVectorsFormat.estimator(leaf.reader(), leg.field(), leg.target()) : used;
    }

    /** How many vectors were looked at. */
    public long visited() {
        return codes == null ? 0 : codes.visited();
    }
}
