/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.hybrid;

import dev.embeddingsearch.knn.KnnResult;
import dev.embeddingsearch.knn.KnnSearch;
import dev.embeddingsearch.knn.SearchCounters;
import dev.embeddingsearch.knn.SearchScope;
import dev.embeddingsearch.knn.UnprofiledSearcher;
import java.io.IOException;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Weight;

/**
 * What all segments of a shard share while a {@link HybridQuery} scores them: the lexical weight, the kNN search, and how the
 * scores of both legs are normalized and fused.
 */
final class HybridSearch {

    private final HybridQuery query;
    private final IndexSearcher searcher;
    private final float boost;
    private final boolean needsBestOnly;

    private final Weight lexical;
    /** The same weight, unprofiled: a profiled one may be used by one thread a segment, and only for its scorers. */
    private final Weight unprofiledLexical;

    private final KnnSearch knn;
    private final KnnResult nearest;
    private final LexicalBound bound;
    private final Calibration calibration;

    private TopCandidates topCandidates;

    HybridSearch(HybridQuery query, IndexSearcher searcher, ScoreMode scoreMode, float boost) throws IOException {
        this.query = query;
        this.searcher = searcher;
        this.boost = boost;
        this.needsBestOnly = scoreMode == ScoreMode.TOP_SCORES || query.hits() > 0;
        this.lexical = query.lexicalWeight(searcher, scoreMode);
        this.unprofiledLexical = query.scope().isProfiled(searcher)
                ? query.lexicalWeight(new UnprofiledSearcher(searcher), scoreMode)
                : lexical;
        this.knn = query.knnSearch(searcher);
        this.nearest = query.nearest(knn);
        nearest.count(counters());
        SearchScope.Restriction restriction = query.scope().restriction(searcher);
        this.bound = query.lexicalBound(restriction.filter(), searcher);
        this.calibration = Calibration.of(query.target(), restriction, searcher);
    }

    HybridQuery query() {
        return query;
    }

    IndexSearcher searcher() {
        return searcher;
    }

    Weight lexical() {
        return lexical;
    }

    Weight unprofiledLexical() {
        return unprofiledLexical;
    }

    KnnSearch knn() {
        return knn;
    }

    /** The documents that the vector leg matches. */
    KnnResult nearest() {
        return nearest;
    }

    Calibration calibration() {
        return calibration;
    }

    LinearFusion fusion() throws IOException {
        double vectorWeight = query.vectorWeight();
        return new LinearFusion(bound.get(), boost * (1 - vectorWeight), boost * vectorWeight);
    }

    /** How many of the best hits are all that the search uses; 0 where it uses more. */
    int hits() {
        return query.hits();
    }

    /** Whether the search uses only the best hits, so that the scores of other matches need not be complete. */
    boolean needsBestOnly() {
        return needsBestOnly;
    }

    SearchCounters.Part counters() {
        return query.work().part();
    }

    /** The legs on one segment. */
    LeafLegs leaf(LeafReaderContext context) {
        return new LeafLegs(this, context, counters());
    }

    /** The best candidates of the kNN search; found when the first segment is scored, for all segments. */
    synchronized TopCandidates topCandidates() throws IOException {
        if (topCandidates == null) {
            topCandidates = new TopCandidatesSearch(this).find();
        }
        return topCandidates;
    }
}
