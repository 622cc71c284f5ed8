/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.knn;

import java.util.Arrays;
import java.util.List;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.ScoreDoc;

/**
 * The documents that a kNN search found.
 *
 * @param byRank the documents, the nearest first, with Lucene's exact scores of their vectors, or NaN where these are yet
 *     to be computed
 * @param unseen bounds the similarity of all other documents
 * @param extraCandidates the documents that came next
 * @param errors by how much estimates of scores were off
 * @param visited how many vectors the search visited
 * @param complete false where the search was cancelled or ran out of time
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody, read only
public record KnnResult(
        ScoreDoc[] byRank,
        UnseenBound unseen,
        ExtraCandidates extraCandidates,
        QuantizationError errors,
        long visited,
        boolean complete) {

    /** The result of a search that ended early. */
    static KnnResult partial(ScoreDoc[] byRank, long visited) {
        return new KnnResult(
                byRank, UnseenBound.UNKNOWN, ExtraCandidates.NONE, new QuantizationError(), visited, false);
    }

    /** The result of a search that finds nothing. */
    static KnnResult none() {
        return new KnnResult(
                new ScoreDoc[0], UnseenBound.UNKNOWN, ExtraCandidates.NONE, new QuantizationError(), 0, true);
    }

    /** The same documents with no bound on others; only the error of estimates is kept. */
    public KnnResult unbounded() {
        UnseenBound unknown = UnseenBound.UNKNOWN.withError(unseen.error());
        return new KnnResult(byRank, unknown, new ExtraCandidates(List.of(), unknown), errors, visited, complete);
    }

    /** The documents in one segment. */
    public LeafHits in(LeafReaderContext leaf) {
        return LeafHits.exact(byRank, leaf);
    }

    /** Counts what it took to find them. */
    public void count(SearchCounters.Part counters) {
        long compared =
                Arrays.stream(byRank).filter(hit -> !Float.isNaN(hit.score)).count();
        for (LeafHits hits : extraCandidates.byLeaf()) {
            compared += hits.exactCount();
        }
        counters.add(SearchCounters.Count.KNN_VECTORS_VISITED, visited);
        counters.add(SearchCounters.Count.EXACT_SIMILARITIES, compared);
    }

    /** The rank of a document, from 1 on; 0 if it is not among them. */
    public int rank(int doc) {
        for (int i = 0; i < byRank.length; i++) {
            if (byRank[i].doc == doc) {
                return i + 1;
            }
        }
        return 0;
    }
}
