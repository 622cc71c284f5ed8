/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.hybrid;

import dev.embeddingsearch.knn.KnnTarget;
import dev.embeddingsearch.knn.LeafHits;
import dev.embeddingsearch.knn.SearchCounters;
import java.io.IOException;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.VectorScorer;

/**
 * Exact similarities of the documents of one segment, in increasing order of document. Vectors are compared one at a time, so
 * that equal vectors have equal scores to the last bit.
 */
final class LeafVectors {

    private final VectorScorer scorer;
    private final DocIdSetIterator documents;
    private final KnnTarget target;
    private final Calibration calibration;
    private final SearchCounters.Part work;

    LeafVectors(LeafReader reader, KnnTarget target, Calibration calibration, SearchCounters.Part work)
            throws IOException {
        this.scorer = target.exactScorer(reader);
        this.documents = scorer == null ? null : scorer.iterator();
        this.target = target;
        this.calibration = calibration;
        this.work = work;
    }

    boolean isEmpty() {
        return documents == null;
    }

    /**
     * The raw similarity of {@code doc} with the query, or NaN where it has no vector.
     *
     * @param doc not smaller than in the call before
     */
    double raw(int doc) throws IOException {
        if (documents == null) {
            return Double.NaN;
        }
        int current = documents.docID() < doc ? documents.advance(doc) : documents.docID();
        if (current != doc) {
            return Double.NaN;
        }
        work.add(SearchCounters.Count.EXACT_SIMILARITIES);
        return target.rawSimilarity(scorer.score());
    }

    /** The vector scores in [0, 1] of {@code documents}; only the unknown ones are computed. */
    double[] scores(LeafHits documents) throws IOException {
        double[] scores = new double[documents.count()];
        for (int i = 0; i < scores.length; i++) {
            float known = documents.scores()[i];
            scores[i] = Float.isNaN(known) ? score(documents.documents()[i]) : normalize(known);
        }
        return scores;
    }

    /** The vector score in [0, 1] of a document whose exact Lucene score is known. */
    double normalize(float exact) {
        return calibration.normalize(target.rawSimilarity(exact));
    }

    /** The vector score of {@code doc} in [0, 1]; 0 where it has no vector. */
    double score(int doc) throws IOException {
        double raw = raw(doc);
        return Double.isNaN(raw) ? 0 : calibration.normalize(raw);
    }
}
