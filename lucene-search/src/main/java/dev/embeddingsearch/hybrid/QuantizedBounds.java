/* SPDX-License-Identifier: Apache-2.0 */
package dev.embeddingsearch.hybrid;

import dev.embeddingsearch.knn.KnnSearch;
import dev.embeddingsearch.knn.KnnTarget;
import dev.embeddingsearch.knn.SearchCounters;
import dev.embeddingsearch.vectors.flat.VisibleVectors;
import java.io.IOException;
import java.util.Arrays;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.util.hnsw.RandomVectorScorer;

/**
 * Bounds of the vector scores of one segment's documents, from their quantized vectors, which take a fraction of the bytes of
 * the stored vectors. In increasing order of document.
 */
final class QuantizedBounds {

    /** Quantizing the query costs as much as comparing so many vectors. */
    static final int WORTHWHILE = 100;

    private final LeafReaderContext leaf;
    private final KnnSearch knn;
    private final KnnTarget target;
    private final Calibration calibration;
    private final double error;
    private final SearchCounters.Part work;
    private long asked;
    private boolean opened;
    private KnnVectorValues.DocIndexIterator documents;
    private RandomVectorScorer scorer;

    /**
     * @param knn the search for the same vector, which cannot be extended once a document's bound is requested
     * @param error the likely maximum error of an estimate, as a difference of raw similarities; infinite where unknown
     */
    QuantizedBounds(
            LeafReaderContext leaf,
            KnnSearch knn,
            KnnTarget target,
            Calibration calibration,
            double error,
            SearchCounters.Part work) {
        this.leaf = leaf;
        this.knn = knn;
        this.target = target;
        this.calibration = calibration;
        this.error = error;
        this.work = work;
    }

    /** The likely upper bound of the vector score of {@code document}, in [0, 1]. */
    double upperOf(int document) throws IOException {
        return upperOf(new int[] {document}, 1)[0];
    }

    /**
     * The likely upper bounds of the vector scores of several documents, in [0, 1]. They are 1 until so many documents were
     * requested that quantizing the query pays off.
     *
     * @param batch the documents, in increasing order and behind those of the call before
     * @param count how many of them
     */
    double[] upperOf(int[] batch, int count) throws IOException {
        asked += count;
        double[] bounds = new double[count];
        if (error == Double.POSITIVE_INFINITY || asked <= WORTHWHILE || !open()) {
            Arrays.fill(bounds, 1);
            return bounds;
        }
        int[] ordinals = new int[count];
        int[] indices = new int[count];
        int vectors = 0;
        for (int i = 0; i < count; i++) {
            int current = documents.docID() < batch[i] ? documents.advance(batch[i]) : documents.docID();
            if (current == batch[i]) {
                ordinals[vectors] = documents.index();
                indices[vectors++] = i;
            }
        }
        float[] scores = new float[vectors];
        scorer.bulkScore(ordinals, scores, vectors);
        work.add(SearchCounters.Count.ESTIMATED_SIMILARITIES, vectors);
        for (int i = 0; i < vectors; i++) {
            bounds[indices[i]] = calibration.bound(target.rawSimilarity(scores[i]) + error);
        }
        return bounds;
    }

    /**
     * The likely lower bound of a vector score, in [0, 1].
     *
     * @param estimate Lucene's score of the quantized vector; NaN where unknown
     */
    double lower(float estimate) {
        double least = target.rawSimilarity(estimate) - error;
        return least > Double.NEGATIVE_INFINITY ? calibration.lower(least) : 0;
    }

    /** The likely upper bound of a vector score, in [0, 1], as for {@link #lower}. */
    double upper(float estimate) {
        return Float.isNaN(estimate) ? 1 : calibration.bound(target.rawSimilarity(estimate) + error);
    }

    /** Whether the segment has quantized vectors. */
    private boolean open() throws IOException {
        if (!opened) {
            opened = true;
            scorer = knn.quantizedScorer(leaf);
            FloatVectorValues values = VisibleVectors.of(leaf.reader(), target.field());
            documents = values == null ? null : values.iterator();
        }
        return scorer != null && documents != null;
    }
}
